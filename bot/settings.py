"""Settings: the environment for secrets and addresses, fairbrush.toml for the rest; the environment wins."""

import re
import tomllib
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from bot.blocks import (
    Cap,
    CommunitySettings,
    OperatorSettings,
    PlaceSettings,
    TierSettings,
    UsualQuotaSettings,
    ZoneName,
)
from bot.copies import USUAL_SPOILERS, Spoilers
from bot.errors import ConfigError
from bot.ids import Snowflake, Word
from bot.policy.entitlements import Newcomers
from bot.policy.periods import UTC_NAME
from bot.servers import MAX_LABELS, MAX_SLOTS, ServerSpec
from workflows.problems import problems_of

MAX_FILE_BYTES = 256 * 1024


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}|", text):
        raise ValueError("takes the name of an environment variable, never the credential itself")
    return text


def _public(text: str) -> str:
    if (found := _origin(text.strip().rstrip("/"))) is None:
        raise ValueError("takes an address such as https://pictures.example.org: no path, no query, no credential")
    return found


def _origin(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        more = parts.path or parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0 or more:
            return None
    except ValueError:  # a bracket that is not closed, a port that is none
        return None
    return f"{parts.scheme}://{parts.netloc}"


def _unset(value: object) -> object:
    """Take an empty variable for one that is not set, as a compose file leaves it; a pasted token has a line break."""
    return (value.strip() or None) if isinstance(value, str) else value


def _bare(value: object) -> object:
    """Take off a token what pasting puts around it: quotes of an .env file, and the word of the HTTP header."""
    bare = value.strip().strip("\"'").strip() if isinstance(value, str) else value
    return _unset(re.sub(r"^(bot|bearer) ", "", bare, flags=re.IGNORECASE) if isinstance(bare, str) else bare)


Token = Annotated[SecretStr | None, BeforeValidator(_bare)]
"""A secret that was pasted; None where nothing was."""


def _overlap(one: str | None, other: str | None) -> bool:
    """Tell whether two places have something in common; None is everywhere."""
    return one is None or other is None or one == other


_PREFIX = "FAIRBRUSH_"
_SECRETS = (
    "redis_url", "key", "discord_token", "slack_token", "slack_app_token", "slack_signing_secret",
    "slack_client_secret",
)  # fmt: skip


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


class DiscordSettings(BaseModel):
    """How Fairbrush is in Discord. Its token stands in the environment, never in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dev_guilds: Annotated[
        tuple[Snowflake, ...], Field(max_length=20)
    ] = ()  #: commands are registered there alone; none: everywhere
    spoilers: Spoilers = USUAL_SPOILERS  #: which pictures are behind a click
    shard_count: int = Field(default=0, ge=0, le=10_000)  #: of all processes together; 0: as many as Discord wishes
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=1000)] = ()  #: those of this process

    @model_validator(mode="after")
    def _check_shards(self) -> Self:
        if self.shard_ids and not self.shard_count:
            raise ValueError("shard_ids needs shard_count, of all processes together")
        if len(set(self.shard_ids)) < len(self.shard_ids):
            raise ValueError("shard_ids: a shard is named twice")
        if wrong := [each for each in self.shard_ids if each >= self.shard_count]:
            raise ValueError(f"shard_ids: there is no shard {wrong[0]} among {self.shard_count}, which begin with 0")
        return self


class SlackSettings(BaseModel):
    """How Fairbrush is in Slack. Its tokens and secrets stand in the environment, never in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    guests: bool = False  #: whether guests of a workspace, and members of other organisations, may ask


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
    key: SecretStr | None = None  #: signs links and sessions, seals secrets; None: one of the state folder's own
    public_url: Annotated[str, AfterValidator(_public)] | None = (
        None  #: where others reach our page's files, and by https the console
    )
    discord_token: Token = None  #: None: Fairbrush is not in Discord
    discord: DiscordSettings = DiscordSettings()
    slack_token: Token = None  #: of the bot in one workspace
    slack_app_token: Token = None  #: for Socket Mode; None: Slack delivers by HTTP
    slack_signing_secret: Token = None  #: for HTTP
    slack_client_id: Annotated[str | None, BeforeValidator(_bare)] = None  #: lets many workspaces install the app
    slack_client_secret: Token = None
    slack: SlackSettings = SlackSettings()
    places: Annotated[tuple[PlaceSettings, ...], Field(max_length=1000)] = ()
    tiers: Annotated[tuple[TierSettings, ...], Field(max_length=1000)] = ()
    quotas: Annotated[tuple[UsualQuotaSettings, ...], Field(max_length=36)] = ()
    zone: ZoneName = UTC_NAME  #: where the days of communities begin
    new_communities: Newcomers = Newcomers.SMALL
    communities: Annotated[tuple[CommunitySettings, ...], Field(max_length=1000)] = ()
    operators: Annotated[tuple[OperatorSettings, ...], Field(max_length=100)] = ()
    servers: tuple[ServerSettings, ...] = ()

    @field_validator("servers")
    @classmethod
    def _check_names(cls, servers: tuple[ServerSettings, ...]) -> tuple[ServerSettings, ...]:
        names = [server.name for server in servers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]!r} is given to two servers")
        return servers

    @field_validator("places")
    @classmethod
    def _check_places(cls, places: tuple[PlaceSettings, ...]) -> tuple[PlaceSettings, ...]:
        named = [(place.platform, place.community, place.channel) for place in places]
        for platform, community, channel in named:
            if named.count((platform, community, channel)) > 1:
                raise ValueError(f"{channel or community} of {platform} is described twice")
        return places

    @field_validator("tiers")
    @classmethod
    def _check_tiers(cls, tiers: tuple[TierSettings, ...]) -> tuple[TierSettings, ...]:
        for one, other in combinations(tiers, 2):
            is_met = _overlap(one.platform, other.platform) and _overlap(one.community, other.community)
            if one.name == other.name and is_met:
                raise ValueError(f"the name {one.name!r} is given to two tiers that hold in the same place")
        return tiers

    @field_validator("communities")
    @classmethod
    def _check_communities(cls, communities: tuple[CommunitySettings, ...]) -> tuple[CommunitySettings, ...]:
        named = [each.tenant for each in communities]
        if twice := next((tenant for tenant in named if named.count(tenant) > 1), None):
            raise ValueError(f"{twice.id} of {twice.platform} is described twice")
        return communities

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


def revealed(secret: SecretStr | None) -> str | None:
    """Return the text of a secret, for whoever it opens."""
    return None if secret is None else secret.get_secret_value()


def address(settings: Settings) -> str | None:
    """Return where Slack, and browsers that come from elsewhere, reach us: they need https; None: nowhere."""
    url = settings.public_url
    return url if url and url.startswith("https://") else None


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
    secrets += [name for name in _SECRETS if _stands_in_its_table(name, content)]
    problems += [f"{key}: a secret stands in the environment only, as {_PREFIX}{key.upper()}." for key in secrets]
    if problems:
        raise ConfigError(problems)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise ConfigError(problems_of(error)) from error
    except SettingsError as error:
        raise ConfigError(["A FAIRBRUSH_… variable of the environment holds no valid JSON."]) from error


def _stands_in_its_table(name: str, content: Mapping[str, object]) -> bool:
    """Whether a secret stands in the table of its platform, where it seems to belong."""
    platform, _, key = name.partition("_")
    table = content.get(platform)
    return isinstance(table, dict) and key in table


def _parsed(file_text: bytes) -> dict[str, object]:
    if len(file_text) > MAX_FILE_BYTES:
        raise ConfigError([f"fairbrush.toml is larger than {MAX_FILE_BYTES // 1024} KB."])
    try:
        return tomllib.loads(file_text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError([f"fairbrush.toml cannot be read: {error}."]) from error
