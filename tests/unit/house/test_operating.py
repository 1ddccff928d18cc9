"""The operator's guide is true: it has every state and every way a job may fail, and what it quotes is said."""

import re

import pytest

from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.rest import NO_NAME, NO_TRUST
from adapters.comfyui.system import NO_COMFYUI
from bot import errors
from bot.awaiting import Awaited
from bot.faults import FAULTS, Blame, Fate, Reach, fault_of
from bot.gpus import REMOVED, UNATTENDED
from bot.health import FIRST_BACKOFF_S, FIRST_PAUSE_S, LONGEST_BACKOFF_S, LONGEST_PAUSE_S, OUR_NETWORK
from bot.leases import ATTEMPTS
from bot.owning import Owning
from bot.servers import ServerState
from bot.slot import STRANGERS_S
from tests.unit.house import text_of
from tests.unit.house.test_documents import rows
from workflows.requirements import GB, Requirement, unmet
from workflows.vocabulary import Vocabulary

GUIDE = text_of("docs/operating.md")


def test_every_state_is_explained():
    told = {row[0].strip("`") for row in rows(GUIDE)}

    assert {*ServerState, UNATTENDED, REMOVED} <= told


def test_every_reason_that_is_listed_is_given():
    table = GUIDE.split("### What a reason means")[1].split("\n## ")[0]
    listed = [row[0] for row in rows(table)[2:]]
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.JobError)]
    said = [OUR_NETWORK, "the variable … is not set.", NO_COMFYUI, NO_NAME, NO_TRUST]
    said += [kind.sentence for kind in kinds]

    assert [reason for reason in listed if not any(each.startswith(reason.removesuffix(" …")) for each in said)] == []


ROWS = {code: row for row in rows(GUIDE) if len(row) == 4 for code in re.findall(r"\(`(\w+)`\)", row[0])}
KINDS = {kind.code: kind for kind in FAULTS if issubclass(kind, errors.JobError)}
ABSENT = {errors.JobError.code}
"""What nothing is raised as: every way a job may fail has a name of its own."""


def test_every_way_an_attempt_may_end_has_a_row_and_no_row_is_about_anything_else():
    assert ROWS.keys() == KINDS.keys() - ABSENT


@pytest.mark.parametrize("code", sorted(KINDS.keys() - ABSENT))
def test_what_a_fault_costs_is_as_it_is_told(code):
    _, job, attempt, server = ROWS[code]
    fault = fault_of(KINDS[code]())

    assert server.startswith("a strike") == (fault.blame is Blame.SERVER)
    assert server.startswith("`down`") == (fault.blame is Blame.AWAY)
    assert ("fails" in job, job == "goes elsewhere") == (
        fault.fate in {Fate.FAILS, Fate.LARGER},
        fault.fate is Fate.ELSEWHERE,
    )
    # What is told of is the usual case: something else than the run was to blame before it began, or it was, after.
    assert (attempt == "yes") == (fault.attempt_from is not None and fault.attempt_from <= Reach.OFFERED)


def test_refusals_and_waits_are_quoted_as_they_are_said():
    quoted = re.findall(r"`(No GPU here [^`]+)`", GUIDE)
    said = [
        unmet(
            Requirement(choices=(("CheckpointLoaderSimple.ckpt_name", "x"),)),
            [Vocabulary(choices={"CheckpointLoaderSimple.ckpt_name": ()})],
        ),
        unmet(Requirement(labels=("video",)), [Vocabulary()]),
        unmet(Requirement(memory=24 * GB), [Vocabulary(memory=8 * GB)]),
    ]

    assert [words for words in quoted if not any(each.startswith(words) for each in said)] == []
    assert f"`Waiting for {Awaited(down=['gpu3'])}`" in GUIDE


def test_the_numbers_are_those_of_the_code():
    assert f"after {FIRST_PAUSE_S:g} s, then up to {LONGEST_PAUSE_S:g} s" in GUIDE
    assert (
        f"after {FIRST_BACKOFF_S:g} s, then twice as long each time, {LONGEST_BACKOFF_S / 60:g} minutes at most"
        in GUIDE
    )
    assert (ATTEMPTS, STRANGERS_S) == (3, 60)
    assert f"After {Owning.__dataclass_fields__['term_s'].default:g} s without an answer a worker lets go" in GUIDE
    limits = ComfyLimits()
    assert f"refused or broken for {limits.refused_s:g} s), or was silent for {limits.lost_s:g} s" in GUIDE
