"""Settings: the environment for secrets and addresses, fairbrush.toml for the rest; the environment wins."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from bot.errors import ConfigError
from bot.servers import MAX_LABELS, MAX_SLOTS, WORD, ServerSpec
from workflows.problems import problems_of

MAX_FILE_BYTES = 256 * 1024

Cap = Annotated[int, Field(ge=0, le=1_000_000)]
"""How many jobs at most; 0: as many as they like."""


def _word(text: str) -> str:
    if not WORD.fullmatch(text):
        raise ValueError("takes a word of small letters, digits, - and _, with 32 at most")
    return text


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}|", text):
        raise ValueError("takes the name of an environment variable, never the credential itself")
    return text


Word = Annotated[str, AfterValidator(_word)]
"""The name of a server, or a label."""

_PREFIX = "FAIRBRUSH_"
_SECRETS = ("redis_url", "key")


class ServerSettings(BaseModel):
    """One ComfyUI server. Its credential stands in the environment, never in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Word
    url: Annotated[str, StringConstraints(max_length=2000)]
    slots: int = Field(default=1, ge=1, le=MAX_SLOTS)  #: runs that it takes at once; a ComfyUI takes one
    labels: Annotated[tuple[Word, ...], Field(max_length=MAX_LABELS)] = ()  #: what a workflow's `[needs]` may ask for
    memory_gb: float = Field(default=0.0, ge=0, le=10_000, allow_inf_nan=False)  #: 0: what the server itself tells
    credential_env: Annotated[str, AfterValidator(_variable)] | None = None  #: its value is sent as a header
    credential_header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")] = "Authorization"
    ca_file: Path | None = None  #: a private certificate authority to trust

    @property
    def spec(self) -> ServerSpec:
        """Return it as plain data."""
        return ServerSpec(
            name=self.name,
            url=self.url,
            credential_env=self.credential_env or "",
            credential_header=self.credential_header,
            ca_file=str(self.ca_file or ""),
            slots=self.slots,
            labels=tuple(sorted(set(self.labels))),
            memory_gb=self.memory_gb,
        )


class Settings(BaseSettings):
    """Everything that can be set, with its default."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    workflows_dir: Path | None = None  #: replaces the shipped library
    default_workflow: str = "txt2img"
    run_deadline_s: float = Field(default=900.0, gt=0, le=86_400)
    max_result_mb: int = Field(default=512, ge=1, le=16_384)
    keep_days: float = Field(default=30.0, gt=0, le=3650)
    keep_gb: int = Field(default=20, ge=1, le=100_000)
    max_waiting: int = Field(default=1000, ge=1, le=1_000_000)  #: jobs, everybody's together; there is always a limit
    max_waiting_per_person: Cap = 10  #: in all communities of a platform
    max_waiting_per_member: Cap = 0  #: of one person in one community
    max_waiting_per_community: Cap = 0
    max_running_per_person: Cap = 0
    max_running_per_member: Cap = 0
    max_running_per_community: Cap = 0
    community_shares: Literal["equal", "by_members"] = "equal"
    #: less than the 15 minutes that anybody can be behind, by as much as a job of theirs takes over their weight: what
    #: is owed beyond those is forgiven, and shares would no longer be fair (docs/fairness.md)
    affinity_s: float = Field(default=30.0, ge=0, le=600, allow_inf_nan=False)
    ping_after_s: float = Field(default=120.0, ge=0, le=86_400)  #: 0: nobody is pinged
    state_dir: Path | None = None  #: None: the user's own state folder
    redis_url: SecretStr | None = None  #: None: an embedded engine in the state folder
    key: SecretStr | None = None  #: signs links and sessions; None: one of the state folder's own
    servers: tuple[ServerSettings, ...] = ()

    @field_validator("servers")
    @classmethod
    def _check_names(cls, servers: tuple[ServerSettings, ...]) -> tuple[ServerSettings, ...]:
        names = [server.name for server in servers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]!r} is given to two servers")
        return servers

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over what was read from the file."""
        return env_settings, init_settings


def read_server(content: Mapping[str, object]) -> ServerSettings:
    """Check a server that somebody described elsewhere than in the file; raises ConfigError as `read_settings` does."""
    try:
        return ServerSettings.model_validate(content)
    except ValidationError as error:
        raise ConfigError(problems_of(error)) from error


def read_settings(file_text: bytes | None) -> Settings:
    """Read the text of a fairbrush.toml and the environment; raises ConfigError with every problem at once."""
    content = _parsed(file_text or b"")
    # pydantic-settings has switches that look like settings with an underscore; they are not for the file.
    problems = [f"{key}: there is no such setting." for key in content if key.startswith("_")]
    secrets = [key for key in _SECRETS if key in content]
    problems += [f"{key}: a secret stands in the environment only, as {_PREFIX}{key.upper()}." for key in secrets]
    if problems:
        raise ConfigError(problems)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise ConfigError(problems_of(error)) from error
    except SettingsError as error:
        raise ConfigError(["A FAIRBRUSH_… variable of the environment holds no valid JSON."]) from error


def _parsed(file_text: bytes) -> dict[str, object]:
    if len(file_text) > MAX_FILE_BYTES:
        raise ConfigError([f"fairbrush.toml is larger than {MAX_FILE_BYTES // 1024} KB."])
    try:
        return tomllib.loads(file_text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError([f"fairbrush.toml cannot be read: {error}."]) from error
