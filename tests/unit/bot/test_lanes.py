"""Lanes: which servers stand together, and where a requirement leads."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.lanes import UNSAID, lay, sharing
from bot.ports import LaneTable
from bot.shares import ANY_LANE
from workflows.requirements import Requirement, serves
from workflows.vocabulary import Vocabulary

CKPT, LORA = "CheckpointLoaderSimple.ckpt_name", "LoraLoader.lora_name"
NOTHING = LaneTable()


def offer(checkpoints, loras=""):
    return Vocabulary(choices={CKPT: tuple(checkpoints), LORA: tuple(loras)})


def needing(checkpoint, lora=""):
    return Requirement((), tuple((source, name) for source, name in ((CKPT, checkpoint), (LORA, lora)) if name))


def asked(*names):
    return {name: needing(*name) for name in names}


# ---- Claims one by one ----


def test_servers_that_serve_the_same_stand_in_one_lane():
    table = lay(NOTHING, {"a": offer("xy"), "b": offer("yx"), "c": offer("x")}, asked("x", "y"))

    assert table.servers == {"a": "1", "b": "1", "c": "2"}
    assert table.routes == {"x": ("1", "2"), "y": ("1",), UNSAID: ("1", "2")}


def test_one_lora_more_makes_no_lane_until_a_job_needs_it():
    offers = {"a": offer("x", "l"), "b": offer("x")}

    before = lay(NOTHING, offers, asked("x"))
    after = lay(before, offers, asked("x", "xl"))

    assert before.servers == {"a": "1", "b": "1"}
    assert after.servers == {"a": "1", "b": "2"}
    assert after.routes == {"x": ("1", "2"), "xl": ("1",), UNSAID: ("1", "2")}
    assert lay(after, offers, asked("x")).servers == before.servers


def test_what_no_server_serves_leads_nowhere():
    assert lay(NOTHING, {"a": offer("x")}, asked("z")).routes["z"] == ()


def test_a_group_keeps_the_lane_that_it_shares_most_servers_with():
    table = replace(NOTHING, servers={"a": "7", "b": "7", "c": "7", "d": "8"})
    offers = {"a": offer("x"), "b": offer("y"), "c": offer("y"), "d": offer("y")}

    assert lay(table, offers, asked("x", "y")).servers == {"a": "1", "b": "7", "c": "7", "d": "7"}


def test_a_server_that_comes_joins_those_that_are_like_it_and_one_that_leaves_moves_nobody():
    before = lay(NOTHING, {"a": offer("x"), "b": offer("y")}, asked("x", "y"))
    more = lay(before, {"a": offer("x"), "b": offer("y"), "c": offer("y")}, asked("x", "y"))
    less = lay(more, {"b": offer("y"), "c": offer("y")}, asked("x", "y"))

    assert more.servers == {"a": "1", "b": "2", "c": "2"}
    assert less.servers == {"b": "2", "c": "2"}


def test_a_model_that_is_installed_moves_its_server():
    before = lay(NOTHING, {"a": offer("x"), "b": offer("xy")}, asked("x", "y"))
    after = lay(before, {"a": offer("xy"), "b": offer("xy")}, asked("x", "y"))

    assert (before.servers, after.servers) == ({"a": "1", "b": "2"}, {"a": "1", "b": "1"})
    assert after.routes["y"] == ("1",)


def test_what_a_newer_version_asks_for_leads_where_it_led_as_long_as_that_is_there():
    table = replace(NOTHING, servers={"a": "1", "b": "2"}, routes={"new": ("1", "2")})

    assert lay(table, {"a": offer("x")}, {"new": None}).routes["new"] == ("1",)


def test_without_servers_nothing_is_laid_and_jobs_that_say_nothing_wait_in_the_lane_of_all():
    assert lay(NOTHING, {}, {}) is NOTHING
    assert lay(NOTHING, {"a": Vocabulary()}, {}).routes == {UNSAID: ("1",)}


# ---- Whatever there is ----

MODELS = "wxyz"
offers = st.dictionaries(
    st.sampled_from("abcdef"), st.builds(offer, st.sets(st.sampled_from(MODELS)), st.sets(st.sampled_from("lm")))
)
requirements = st.sets(
    st.tuples(st.sampled_from(MODELS), st.sampled_from(["", "l", "m"])).map("".join), max_size=6
).map(lambda names: asked(*names))
present = st.builds(
    LaneTable,
    version=st.integers(0, 9),
    servers=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1", "2", "5"])),
)


@given(present, offers, requirements)
def test_every_server_stands_in_exactly_one_lane_which_serves_iff_each_of_its_servers_does(table, offers, requirements):
    laid = lay(table, offers, requirements)

    assert laid.version == table.version
    assert laid.servers.keys() == offers.keys()
    assert ANY_LANE not in laid.servers.values()
    for key, requirement in requirements.items():
        for server, lane in laid.servers.items():
            assert (lane in laid.routes[key]) == serves(requirement, offers[server])


@given(present, offers, requirements)
def test_servers_that_serve_the_same_are_never_apart(table, offers, requirements):
    laid = lay(table, offers, requirements)
    served = {name: {key for key, each in requirements.items() if serves(each, offers[name])} for name in offers}

    for one in offers:
        for other in offers:
            assert (laid.servers[one] == laid.servers[other]) == (served[one] == served[other])


@given(present, offers, requirements)
def test_nothing_changed_is_the_same_table(table, offers, requirements):
    laid = lay(table, offers, requirements)

    assert lay(laid, offers, requirements) is laid
    relisted = replace(laid, routes={key: list(lanes) for key, lanes in laid.routes.items()})
    assert lay(relisted, dict(reversed(offers.items())), requirements) is relisted


@given(present, offers, requirements, st.booleans())
def test_names_stay_when_something_is_asked_for_that_all_serve_or_none(table, offers, requirements, everybody):
    laid = lay(table, offers, requirements)
    more = {**requirements, "more": Requirement() if everybody else needing("nowhere")}

    again = lay(laid, offers, more)

    assert again.servers == laid.servers
    assert set(again.routes["more"]) == (set(laid.servers.values()) if everybody else set())


@given(present, offers, offers, requirements)
def test_a_lane_that_keeps_all_its_servers_keeps_its_name(table, offers, others, requirements):
    before = lay(table, offers, requirements)
    after = lay(before, {**others, **offers}, requirements)

    kept = {lane: after.servers[server] for server, lane in before.servers.items()}
    assert all(after.servers[server] == kept[lane] == lane for server, lane in before.servers.items())


def test_what_is_before_a_job_is_worked_off_by_its_lane_and_by_narrower_ones():
    table = LaneTable(
        servers={"small": "1", "large": "2", "other": "3"},
        routes={"": ("1", "2", "3"), "sd": ("1", "2"), "flux": ("2",), "video": ("3",)},
    )

    assert sharing(table, "1", ["1", "2"]) == 1, "who sits in the wide lane for something else leaves it nothing"
    assert sharing(table, "2", ["1", "2"]) == 2
    assert sharing(table, "2", ["2"]) == 1.5, "the small one helps with what others may do on it"
    assert sharing(table, "3", ["3"]) == 1
    assert sharing(table, "a lane of old", ["a lane of old"]) == 0
    away = replace(table, servers={"small": "1"})
    assert sharing(away, "2", ["2"]) == sharing(away, "2", ["1", "2"]) == 0, (
        "its turn comes in the other lane, if at all"
    )
