"""How measures are asked for in a chat: `ban @user 2d spam`, `blocklist add nude`. Pure.

The table of bot/policy/verbs.py says every verb with its fields. By it text is read (`read_measure`) and help is
written (`help_rows`); a platform that has fields of its own lays them out by it, and hands in what was filled in
(`read_fields`). Mentions come as ids, which the platform has resolved.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise
from uuid import UUID

from bot.errors import SubmissionError
from bot.jobs import JobId
from bot.policy import measures
from bot.policy.measures import Measure, Rank
from bot.policy.notation import amount_of, duration_s, is_duration, quota_of
from bot.policy.quotas import Quota
from bot.policy.rulebook import Deed, Reading
from bot.policy.verbs import BY_NAME, NOW, VERBS, Field, Kind, Verb
from bot.shares import ONE
from workflows.choices import listed
from workflows.faults import Fault, InvalidValues, shown

MAX_TEXT = 2000
"""Characters of a measure: a reason and a pattern have far fewer."""

_NAMED = re.compile(r"(?P<name>[a-z]+):(?P<value>\S+)")
_QUOTA = re.compile(r"\d+\s*[a-z-]*\s*/\s*[a-z]+(?:\s+calendar|\s+rolling)?", re.IGNORECASE)
_AMOUNT = re.compile(r"\d+\s*[a-z-]+", re.IGNORECASE)
_MENTION = re.compile(r"<@!?([^>|]+)(?:\|[^>]*)?>|@?(.+)")
_SOMEBODY = re.compile(r"<[@!#].*|@\S+|(?:discord|slack|web)/\S+|[UW](?=[A-Z]*\d)[A-Z0-9]{7,}")
_TIME = re.compile(r"[+-]?\d.*|for|until|till", re.IGNORECASE)
_NONE = "none"

_CLOSE = 0.75
"""How much alike a word and a workflow's name are for one to be meant by the other: `flxu` for flux just so."""


def read_measure(text: str, workflows: Collection[str] = ()) -> Measure:
    """Read what somebody typed; raises InvalidValues with every fault in their words.

    `workflows` are the names that a pause may begin with.
    """
    return read_fields(*read_words(text, workflows))


def read_words(text: str, workflows: Collection[str] = ()) -> tuple[Verb, Mapping[str, str]]:
    """Find the verb in what somebody typed, and what stands in each of its fields, unread; raises InvalidValues."""
    if len(text) > MAX_TEXT:
        raise InvalidValues([Fault(parameter="measure", reason=f"has at most {MAX_TEXT} characters.")])
    verb, rest = _verb(text.split())
    found = _placed(verb, rest, workflows)
    if faults := list(_misnamed(verb, found, workflows)):
        raise InvalidValues(faults)
    return verb, found


def read_fields(verb: Verb, raw: Mapping[str, str]) -> Measure:
    """Read what was filled in, by field; raises InvalidValues with every fault."""
    given = _Given(raw={name: text.strip() for name, text in raw.items() if text.strip()})
    given.faults += [
        Fault(parameter=each.name, reason=f"is missing. Write {verb.usage}")
        for each in verb.fields
        if each.is_required and each.name not in given.raw
    ]
    measure = _MADE[verb.measure](given)
    if given.faults:
        raise InvalidValues(given.faults)
    return measure


def help_rows(rank: Rank) -> Sequence[tuple[str, str]]:
    """Say for every verb that a rank may use how it is written, and what it does."""
    return [(verb.usage, verb.help) for verb in VERBS if rank >= verb.rank]


# ---- From text to fields ----


def _verb(words: Sequence[str]) -> tuple[Verb, list[str]]:
    for count in (2, 1):
        name = " ".join(words[:count]).lower()
        if len(words) >= count and name in BY_NAME:
            return BY_NAME[name], list(words[count:])
    said = words[0].lower() if words else ""
    # Of a group without its verb, those that it has; else the nearest.
    group = [name for name in BY_NAME if name.startswith(f"{said} ")] if said else []
    near = group or get_close_matches(said[:40], BY_NAME, n=1)
    # What takes an operator is not offered: most of those who read this are none.
    usual = [name for name, verb in BY_NAME.items() if verb.rank is Rank.MODERATOR]
    hint = f" Did you mean {' or '.join(near)}?" if near else f" There is {', '.join(usual)}."
    what = f"there is no {shown(said)}." if said else "say what to do."
    raise InvalidValues([Fault(parameter="measure", reason=what + hint)])


def _placed(verb: Verb, words: list[str], workflows: Collection[str]) -> Mapping[str, str]:
    """Give words to fields, in their order; what is left over at the end is a fault."""
    names = {each.name for each in verb.fields}
    found: dict[str, str] = {}
    rest: list[str] = []
    for word in words:
        named = _NAMED.fullmatch(word)
        if named and named["name"] in names and named["name"] not in found:
            found[named["name"]] = named["value"]
        else:
            rest.append(word)
    for each, following in pairwise([*verb.fields, None]):
        if each is not None and each.name not in found and not each.is_named:
            count = _count(each, following, rest, workflows)
            found[each.name], rest = " ".join(rest[:count]), rest[count:]
    if rest:
        raise InvalidValues([Fault(parameter=shown(" ".join(rest)), reason=f"is too much. Write {verb.usage}")])
    return found


def _count(each: Field, following: Field | None, words: Sequence[str], workflows: Collection[str]) -> int:
    """Return how many of the words belong to a field."""
    match each.kind:
        case Kind.WORDS | Kind.QUOTAS:
            return len(words)
        case Kind.DURATION:
            return _duration(words) or (min(1, len(words)) if each.is_required else _like_a_duration(words))
        case Kind.AMOUNT:
            ends = following is not None and following.kind is Kind.DURATION
            return len(words) - (_ending(words) if ends else 0)
        case Kind.WORKFLOW:
            return int(_is_workflow(words, workflows)) if following else len(words[:1])
        case _:
            return len(words[:1])


def _duration(words: Sequence[str]) -> int:
    """Return how many of the first words are a duration: `2d`, `2 days`, `for 2 days`, or none."""
    return next((count for count in (3, 2, 1) if len(words) >= count and is_duration(" ".join(words[:count]))), 0)


def _ending(words: Sequence[str]) -> int:
    """Return how many of the last words are a duration."""
    return next((count for count in (3, 2, 1) if len(words) > count and is_duration(" ".join(words[-count:]))), 0)


def _like_a_duration(words: Sequence[str]) -> int:
    """Return how many of the first words were meant as a duration, or as one more person, and are none.

    They are told as a fault: taken for a reason, they would make what was to end one that never does.
    """
    if not words or not (_TIME.fullmatch(words[0]) or _SOMEBODY.fullmatch(words[0])):
        return 0
    return 1 if _SOMEBODY.fullmatch(words[0]) else len(words[:2])


def _is_workflow(words: Sequence[str], workflows: Collection[str]) -> bool:
    """Tell whether the first word is meant to name a workflow, for else everything is meant.

    A word alone always is, and so is one close to a name: a slip must not stop the whole work, and whoever wants to
    stop all with one word of explanation is told how.
    """
    if not words:
        return False
    is_close = get_close_matches(words[0].lower()[:40], workflows, n=1, cutoff=_CLOSE)
    return len(words) == 1 or words[0] in workflows or bool(is_close)


def _misnamed(verb: Verb, found: Mapping[str, str], workflows: Collection[str]) -> Iterator[Fault]:
    """Yield what was taken for a workflow where it could have been a message, and is none."""
    for each in verb.fields[:-1]:
        name = found.get(each.name, "")
        if each.kind is Kind.WORKFLOW and name and name.lower() != _NONE and name not in workflows:
            known = f" There is {listed([*workflows])}." if workflows else ""
            how = "To pause everything, say why in two words or more, and begin with another."
            yield Fault(parameter=each.name, reason=f"there is no {shown(name)}.{known} {how}")


# ---- From fields to a measure ----


@dataclass(slots=True, kw_only=True)
class _Given:
    """What was said, by field; whoever reads one leaves a fault where it cannot be read."""

    raw: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def words(self, name: str) -> str:
        return self.raw.get(name, "")

    def named(self, name: str) -> str | None:
        """Return a word; None where there is none, or where `none` is said."""
        word = self.words(name)
        return None if word.lower() in ("", _NONE) else word

    def user(self) -> str:
        mention = _MENTION.fullmatch(self.words("user"))
        return (mention[1] or mention[2]).strip() if mention else ""

    def one(self) -> str | None:
        return self.user() or None

    def seconds(self, name: str, *, also: str = "") -> float | None:
        """Return how long; `also` is said of what cannot be read."""
        text = self.words(name)
        seconds = duration_s(text) if text else None
        if text and _SOMEBODY.fullmatch(text):
            self.fault(name, f"{shown(text)} is somebody more: name one at a time.")
        elif text and seconds is None:
            self.fault(
                name,
                f"{shown(text)} is no duration. Write 30min, 2h, 7d, 4w or 1 year, from a second to ten years.{also}",
            )
        return seconds

    def ban_s(self) -> float | None:
        """Return how long a ban is."""
        return self.seconds("for", also=" For good, leave it out, and begin the reason with another word.")

    def quotas(self) -> tuple[Quota, ...] | None:
        """Return quotas; none of them for `none`, and None for `tier` or where nothing is said."""
        text = self.words("quotas")
        if text.lower() in ("", "tier", "default"):
            return None
        if text.lower() == _NONE:
            return ()
        found = _QUOTA.findall(text)
        if _QUOTA.sub("", text).replace(",", "").strip() or not found:
            found = [text]  # some of it is no quota: all of it is told
        return tuple(self._each_quota(found))

    def _each_quota(self, texts: Sequence[str]) -> Iterator[Quota]:
        for text in texts:
            try:
                yield quota_of(text)
            except SubmissionError as error:
                self.fault("quotas", str(error))

    def amount(self) -> tuple[int, int]:
        """Return GPU seconds and pictures."""
        text = self.words("amount")
        found = [amount_of(each) for each in _AMOUNT.findall(text)]
        gpu_s = sum(each[0] or 0 for each in found if each)
        pictures = sum(each[1] or 0 for each in found if each)
        # What is left over may be half of a number: `2,500 pictures` is not 500.
        is_read = all(found) and not _AMOUNT.sub("", text).strip(", ")
        if text and not (is_read and (gpu_s or pictures)):
            self.fault("amount", f"{shown(text)} is no amount. Write 20 pictures or 600s; none takes it back.")
        return gpu_s, pictures

    def choice(self, name: str, choices: Collection[str], otherwise: str) -> str:
        word = self.words(name).lower() or otherwise
        if word not in choices:
            self.fault(name, f"{shown(word)} is none of {', '.join(choices)}.")
            return otherwise
        return word

    def job(self) -> JobId:
        try:
            return JobId(UUID(self.words("job")))
        except ValueError:
            if self.words("job"):
                self.fault("job", f"{shown(self.words('job'))} is no id of a job. recent shows them.")
            return JobId(UUID(int=0))

    def weight(self) -> int | None:
        text = self.words("weight")
        try:
            weight = round(float(text) * ONE) if text else None
        except (ValueError, OverflowError):
            self.fault("weight", f"{shown(text)} is no weight. Write 0.5 or 2.")
            return None
        return weight

    def fault(self, name: str, reason: str) -> None:
        self.faults.append(Fault(parameter=name, reason=reason))


def _grant(given: _Given) -> Measure:
    user = given.user()
    if given.words("amount").lower() == _NONE:
        if given.words("for"):
            given.fault("for", "is too much: none takes back at once what was granted.")
        return measures.GrantMore(user=user, for_s=None)
    gpu_s, pictures = given.amount()
    if not given.words("for"):
        given.fault("for", "is missing. Say for how long, such as 1d.")
    return measures.GrantMore(user=user, for_s=given.seconds("for"), gpu_s=gpu_s, pictures=pictures)


def _purge(given: _Given) -> Measure:
    given.choice(NOW, (NOW,), NOW)
    return measures.Purge(user=given.user(), last_s=given.seconds("last") or 0.0)


def _clear_all(given: _Given) -> Measure:
    given.choice(NOW, (NOW,), NOW)
    return measures.ClearAll()


def _pattern(given: _Given) -> Measure:
    replacement = given.words("with")
    usual = Deed.REPLACE if replacement else Deed.BLOCK
    return measures.AddPattern(
        text=given.words("text"),
        reading=Reading(given.choice("reading", [*Reading], Reading.WORDS)),
        deed=Deed(given.choice("deed", [*Deed], usual)),
        replacement=replacement,
    )


_MADE: Mapping[type[Measure], Callable[[_Given], Measure]] = {
    measures.ShowUser: lambda given: measures.ShowUser(user=given.user()),
    measures.SetQuota: lambda given: measures.SetQuota(user=given.user(), quotas=given.quotas()),
    measures.GrantMore: _grant,
    measures.ResetUsage: lambda given: measures.ResetUsage(user=given.user()),
    measures.SetTier: lambda given: measures.SetTier(user=given.user(), tier=given.named("tier")),
    measures.BanUser: lambda given: measures.BanUser(
        user=given.user(), reason=given.words("reason"), for_s=given.ban_s()
    ),
    measures.Unban: lambda given: measures.Unban(user=given.user()),
    measures.ClearQueue: lambda given: measures.ClearQueue(user=given.user()),
    measures.Purge: _purge,
    measures.CancelJob: lambda given: measures.CancelJob(job_id=given.job()),
    measures.PauseWork: lambda given: measures.PauseWork(
        message=given.words("message"), workflow=given.named("workflow")
    ),
    measures.ResumeWork: lambda given: measures.ResumeWork(workflow=given.named("workflow")),
    measures.AddPattern: _pattern,
    measures.RemovePattern: lambda given: measures.RemovePattern(text=given.words("text")),
    measures.ShowPatterns: lambda given: measures.ShowPatterns(),
    measures.TestText: lambda given: measures.TestText(text=given.words("text")),
    measures.SetZone: lambda given: measures.SetZone(name=given.words("name")),
    measures.ShowRecent: lambda given: measures.ShowRecent(user=given.one()),
    measures.ShowReports: lambda given: measures.ShowReports(),
    measures.ShowReviews: lambda given: measures.ShowReviews(),
    measures.PassJob: lambda given: measures.PassJob(job_id=given.job()),
    measures.RejectJob: lambda given: measures.RejectJob(job_id=given.job(), reason=given.words("reason")),
    measures.ShowAudit: lambda given: measures.ShowAudit(user=given.one()),
    measures.OpenConsole: lambda given: measures.OpenConsole(),
    measures.BanCommunity: lambda given: measures.BanCommunity(reason=given.words("reason"), for_s=given.ban_s()),
    measures.UnbanCommunity: lambda given: measures.UnbanCommunity(),
    measures.ClearAll: _clear_all,
    measures.ShowServers: lambda given: measures.ShowServers(),
    measures.DrainServer: lambda given: measures.DrainServer(name=given.words("gpu")),
    measures.ResumeServer: lambda given: measures.ResumeServer(name=given.words("gpu")),
    measures.ShowCommunities: lambda given: measures.ShowCommunities(),
    measures.SetCeiling: lambda given: measures.SetCeiling(weight=given.weight(), quotas=given.quotas()),
}
