"""What comes after /mod while a moderator types: nothing of it for anybody else."""

import pytest

from adapters.web.verbs import complete_verb
from bot.policy.measures import Rank


def labels(before, rank=Rank.MODERATOR):
    found = complete_verb(before, rank, ["flux", "txt2img"], ["gold"])
    return None if found is None else [each.label for each in found.suggestions]


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ("/mod ba", ["ban"]),
        ("/mod blocklist ", ["blocklist add", "blocklist remove", "blocklist list", "blocklist test"]),
        ("/mod pause fl", ["flux"]),
        ("/mod tier ben g", ["gold"]),
        ("/mod purge ben 1h n", ["now"]),
        ("/mod clear-all ", ["now"]),
        ("/mod blocklist add hen deed:f", ["deed:flag"]),
        ("/mod ban ben ", []),
        ("/mod server", []),
    ],
)
def test_a_moderator_is_offered_verbs_and_what_their_fields_take(before, offered):
    assert labels(before) == offered


def test_only_the_operator_is_offered_the_operators():
    assert labels("/mod server", Rank.OPERATOR) == ["servers", "server drain", "server resume"]


@pytest.mark.parametrize("before", ["/mod ban", "/mod "])
def test_a_member_is_offered_nothing(before):
    assert labels(before, Rank.MEMBER) is None


def test_a_prompt_is_no_moderators():
    assert labels("/imagine mod fashion") is None
