"""What the console shows, decided over plain data: shares, steps of time, quotas, GPUs."""

import pytest

from bot.console.gpus import Known, gpu_views
from bot.console.hours import HOUR_MS, LISTED, PEOPLE, Span, span_of, usage_view
from bot.console.people import people_of, person_line
from bot.console.shares import JOBS, MEMBERS, listed, queue_view, wanted
from bot.console.views import HourlyUsage
from bot.gpus import seen
from bot.jobs import Requester, Tenant, job_id_of
from bot.overview import Community, Facts, Member, WaitingJob
from bot.policy.meters import Meter, Take, Unit, Whose
from bot.policy.quotas import Per, Refill
from bot.policy.rulebook import Assignment, Ban, Rulebook
from bot.policy.usage import Usage
from bot.servers import Change, ServerSpec, ServerState, ServerStatus, Wish
from workflows.requirements import Requirement

GUILD, CLUB = Tenant(platform="discord", id="guild"), Tenant(platform="discord", id="club")
NOW = 1_800_000_123_456
TAKE = Take(gpu_ms=10_000, pictures=1)


# ---- Shares ----


def member(user: str, *, weight=1000, waiting_ms=0, used_ms=0, jobs=0, running=0) -> Member:
    waiting = [WaitingJob(id=job_id_of("t", f"{user} {n}"), estimate_ms=1, lanes=("any",)) for n in range(jobs)]
    return Member(
        name=user.title(),
        user=user,
        weight=weight,
        waiting=jobs,
        running=running,
        waiting_ms=waiting_ms,
        used_ms=used_ms,
        tags=(),
        jobs=waiting,
    )


def facts(*communities: tuple[Tenant, int, list[Member]], used_ms: int = 0, elsewhere: int = 0) -> Facts:
    listed = [
        Community(
            tenant=tenant,
            weight=weight,
            crowd=sum(each.weight for each in members),
            waiting=sum(each.waiting for each in members),
            running=sum(each.running for each in members),
            waiting_ms=0,
            used_ms=0,
            tags=(),
            members=members,
        )
        for tenant, weight, members in communities
    ]
    return Facts(
        lanes=(),
        communities=listed,
        waiting=sum(each.waiting for each in listed) + elsewhere,
        running=sum(each.running for each in listed),
        weight=sum(each.weight for each in listed),
        used_ms=used_ms,
    )


@pytest.mark.parametrize(
    ("weights", "community", "others", "used", "total", "due", "had"),
    [
        ((1000,), 1000, 0, 0, 0, 1.0, None),  # alone, and nobody used anything
        ((1000, 1000), 1000, 0, 30, 60, 0.5, 0.5),
        ((1000, 3000), 1000, 0, 15, 60, 0.25, 0.25),  # by weight among members
        ((1000, 1000), 1000, 1000, 60, 60, 0.25, 1.0),  # half of the half that is their community's
        ((1000,), 3000, 1000, 0, 60, 0.75, 0.0),
        ((1000,), 1000, 0, 90, 60, 1.0, 1.0),  # more cannot be had than all
    ],
)
def test_what_is_due_and_what_was_had(weights, community, others, used, total, due, had):
    members = [member(f"u{n}", weight=weight, used_ms=used if not n else 0) for n, weight in enumerate(weights)]
    there = [(GUILD, community, members)] + [(CLUB, others, [member("else")])] * bool(others)

    view = queue_view(facts(*there, used_ms=total), GUILD, {})

    first = next(each for each in view.members if each.user == "u0")
    assert (first.due, first.had) == (pytest.approx(due), had)


def test_whoever_has_most_stands_first_and_so_many_are_shown_with_so_many_jobs():
    crowd = [member(f"u{n:02}", waiting_ms=n, jobs=12) for n in range(MEMBERS + 5)]
    told = facts((GUILD, 1000, crowd), (CLUB, 1000, [member("most", waiting_ms=999, jobs=1)]), elsewhere=4)

    names = [each.member.user for each in listed(told, None)]
    assert names[:2] == ["most", f"u{MEMBERS + 4:02}"]
    assert len(names) == MEMBERS
    assert len(wanted(listed(told, GUILD))) == MEMBERS * JOBS
    view = queue_view(told, GUILD, {})
    assert (view.waiting, view.elsewhere) == (12 * (MEMBERS + 5), 5)
    assert {each.tenant for each in view.members} == {GUILD}
    everywhere = queue_view(told, None, {})
    assert (everywhere.waiting, everywhere.elsewhere) == (12 * (MEMBERS + 5) + 5, 0)


# ---- Steps of time ----


@pytest.mark.parametrize(
    ("days", "step", "steps"),
    [(0, HOUR_MS, 24), (1, HOUR_MS, 24), (2, 6 * HOUR_MS, 8), (7, 6 * HOUR_MS, 28), (30, 6 * HOUR_MS, 28)],
)
def test_a_span_ends_with_the_step_that_has_just_begun(days, step, steps):
    span = span_of(days, NOW)

    assert (span.step_ms, span.steps) == (step, steps)
    assert span.since_ms % step == 0
    assert span.since_ms + (steps - 1) * step <= NOW < span.since_ms + steps * step


def hour(user: str, number: int, gpu_ms: int, tenant: Tenant = GUILD, name: str = "") -> HourlyUsage:
    return HourlyUsage(tenant=tenant, user=user, name=name or user, hour_ms=number * HOUR_MS, gpu_ms=gpu_ms)


@pytest.mark.parametrize(
    ("hours", "steps"),
    [
        ([], None),
        ([hour("a", 6, 5)], (5, 0)),
        ([hour("a", 11, 5), hour("a", 6, 1)], (6, 0)),
        ([hour("a", 12, 5), hour("a", 11, 2)], (2, 5)),
        ([hour("a", 17, 5), hour("a", 18, 7), hour("a", 5, 7)], (0, 5)),  # what is out of it is left out
    ],
)
def test_hours_are_added_up_in_steps(hours, steps):
    view = usage_view(hours, Span(since_ms=6 * HOUR_MS, step_ms=6 * HOUR_MS, steps=2))

    assert [each.steps_ms for each in view.people] == ([steps] if steps else [])
    assert [each.gpu_ms for each in view.people] == ([sum(steps)] if steps else [])
    assert view.others_ms == (0, 0)


def test_those_who_used_most_are_told_apart_and_all_others_are_one():
    hours = [hour(f"u{n}", n % 2, 10 * (n + 1)) for n in range(PEOPLE + 3)]
    hours += [hour("u0", 0, 1, tenant=CLUB), hour("u8", 1, 1, name="New name")]

    view = usage_view(hours, Span(since_ms=0, step_ms=HOUR_MS, steps=2))

    assert len(view.people) == PEOPLE
    assert [each.gpu_ms for each in view.people] == sorted((each.gpu_ms for each in view.people), reverse=True)
    told = [sum(each.steps_ms[step] for each in view.people) + view.others_ms[step] for step in (0, 1)]
    assert told == [sum(each.gpu_ms for each in hours if each.hour_ms == step * HOUR_MS) for step in (0, 1)]
    assert "New name" in {each.name for each in view.people}
    assert (view.others, len(view.following)) == (4, 4)


def test_of_a_crowd_the_first_twenty_are_listed_and_the_others_counted():
    view = usage_view([hour(f"u{n:03}", 0, 1_000 - n) for n in range(200)], Span(since_ms=0, step_ms=HOUR_MS, steps=1))

    assert [each.user for each in (*view.people, *view.following)] == [f"u{n:03}" for n in range(LISTED)]
    assert (view.others, view.others_ms) == (192, (sum(1_000 - n for n in range(PEOPLE, 200)),))


# ---- People ----


@pytest.mark.parametrize(
    ("ceiling", "used", "held", "shown"),
    [
        (10, 0, 0, (0.0, 0.0)),
        (10, 3, 2, (0.3, 0.2)),
        (10, 12, 2, (1.0, 0.0)),  # a quota that was lowered since
        (10, 8, 5, (0.8, 0.2)),
        (0, 0, 0, (1.0, 0.0)),  # nothing may be used
        (10, -2, 1, (0.0, 0.1)),
    ],
)
def test_a_bar_is_never_longer_than_the_quota(ceiling, used, held, shown):
    usages = [Usage(meter=meter(ceiling, whose), used=used, held=held, returns=()) for whose in Whose]

    line = person_line(somebody("a"), usages, TAKE, tier=None, banned=None)

    # What all members share is nobody's own.
    assert [(each.used, pytest.approx(each.reserved)) for each in line.quotas] == [shown, shown]


def meter(ceiling: int, whose: Whose) -> Meter:
    return Meter(
        whose=whose,
        unit=Unit.PICTURES,
        per=Per.DAY,
        refill=Refill.ROLLING,
        ceiling=ceiling,
        counter="c",
        window_s=1,
        steps=1,
    )


def somebody(user: str) -> Requester:
    return Requester(tenant=GUILD, id=user, name=user)


def test_people_are_each_told_once_those_who_asked_last_first():
    entries = (Assignment(user="b", tier="gold"), Ban(user="c", reason=""), Ban(user="d", reason="", until_ms=NOW))
    book = Rulebook(tenant=GUILD, entries={each.key: each for each in (*entries, Ban(user=None, reason=""))})

    found = people_of([somebody(user) for user in "abab"], book, NOW, somebody)

    assert [each.id for each in found] == ["a", "b", "c"]


# ---- GPUs ----


def test_a_gpu_that_was_removed_is_not_shown_and_one_that_is_silent_has_no_state():
    specs = {name: ServerSpec(name=name, url="http://127.0.0.1:1") for name in ("gpu10", "gpu9", "gone")}
    told = {
        "gpu9": ServerStatus(state=ServerState.READY, since_ms=NOW - 9, seen_ms=NOW, errors=((NOW, "Lost."),)),
        "gpu10": ServerStatus(state=ServerState.READY, since_ms=NOW - 9, seen_ms=NOW - 60_000),
    }
    views = gpu_views(seen(specs, {"gone": Change(wish=Wish.REMOVE)}, told, NOW), [], None, {}, NOW)

    assert [(each.name, each.state, each.since_ms) for each in views] == [
        ("gpu9", ServerState.READY, NOW - 9),
        ("gpu10", None, 0),
    ]
    assert views[0].errors == ("2027-01-15 08:02: Lost.",)


def test_only_the_models_that_are_looked_at_are_remembered_once_there_are_too_many():
    needs = [Requirement(choices=(("CheckpointLoaderSimple.ckpt_name", f"{number}.pt"),)) for number in range(501)]
    models = [each.key.partition(".")[0] for each in needs]
    known = Known()
    known.learn(models, {each.key: each.meaning for each in needs})

    assert known.of(models[:2]) == {models[0]: ["0.pt"], models[1]: ["1.pt"]}
    assert known.missing(models) == set(models[2:])
