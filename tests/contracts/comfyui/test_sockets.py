"""Who hears what."""

import io
import uuid

import pytest
from PIL import Image

from tests.contracts.comfyui.graphs import MANY, blank, fresh, painting
from tests.contracts.comfyui.probe import Event, Probe

OWNED = frozenset(
    {"execution_start", "execution_cached", "executing", "executed", "execution_success", "progress", "progress_state"}
)


def of(events: list[Event], *wanted: str) -> list[Event]:
    return [event for event in events if event.kind in wanted]


async def test_previews_tell_whose_they_are_once_the_flag_was_sent(probe: Probe) -> None:
    async with probe.listen(flags=True) as ear:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=2), ear.sid)
        events = await ear.end_of(prompt_id)
    assert [event.kind for event in of(events, "preview", "preview+", "progress")] == ["preview+", "progress"] * 2
    for event in of(events, "preview+"):
        assert event.data == {
            "node_id": "3",
            "prompt_id": prompt_id,
            "display_node_id": "3",
            "parent_node_id": None,
            "real_node_id": "3",
            "image_type": "image/jpeg",
        }
        with Image.open(io.BytesIO(event.image)) as image:
            assert (image.format, max(image.size)) == ("JPEG", 512)


async def test_previews_are_anonymous_without_the_flag(probe: Probe) -> None:
    async with probe.listen() as ear:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=2), ear.sid)
        events = await ear.end_of(prompt_id)
    assert [event.kind for event in of(events, "preview", "preview+", "progress")] == ["progress", "preview"] * 2
    assert all(event.data == {"type": 1} and event.image[:2] == b"\xff\xd8" for event in of(events, "preview"))


async def test_the_flag_counts_for_one_connection_only(probe: Probe) -> None:
    async with probe.listen(flags=True) as before:
        pass
    async with probe.listen(before.sid) as ear:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=1), ear.sid)
        events = await ear.end_of(prompt_id)
    assert len(of(events, "preview")) == 1
    assert not of(events, "preview+")


async def test_the_flag_is_answered_with_the_features(probe: Probe) -> None:
    async with probe.listen(flags=True) as ear:
        assert ear.heard[-1].data == await probe.get("/features")


async def test_a_server_made_id_works_like_ones_own(probe: Probe) -> None:
    async with probe.session.ws_connect(f"{probe.url}/ws") as socket:
        greeting = await socket.receive_json()
        prompt_id = await probe.submit(blank(), greeting["data"]["sid"])
        while (message := await socket.receive_json())["type"] == "status":
            pass
    assert message["type"] == "execution_start"
    assert message["data"]["prompt_id"] == prompt_id


async def test_the_run_of_a_client_is_heard_by_that_client_only(probe: Probe) -> None:
    async with probe.listen(flags=True) as bystander, probe.listen() as owner:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh()), owner.sid)
        await owner.end_of(prompt_id)
        mine = await probe.submit(blank(), bystander.sid)
        heard = await bystander.end_of(mine)
    assert not [event for event in heard if event.prompt_id == prompt_id]
    assert not of(heard, "preview", "preview+")


async def test_progress_and_previews_of_a_prompt_without_client_reach_everybody(probe: Probe) -> None:
    async with probe.listen(flags=True) as bystander:
        stranger = await probe.submit(painting(probe.info, seed=fresh(), steps=2))
        mine = await probe.submit(blank(), bystander.sid)
        heard = await bystander.end_of(mine)
    theirs = {event.kind for event in heard if event.prompt_id == stranger}
    assert theirs == {"progress", "progress_state"}
    assert [event.data for event in of(heard, "preview", "preview+")] == [{"type": 1}] * 2


async def test_the_interruption_of_a_prompt_without_client_reaches_everybody(probe: Probe) -> None:
    async with probe.listen() as bystander:
        stranger = await probe.submit(painting(probe.info, seed=fresh(), steps=MANY))
        await bystander.step_of(stranger)
        await probe.post("/interrupt", {"prompt_id": stranger})
        heard = await bystander.until(lambda event: event.kind == "execution_interrupted")
    assert heard[-1].prompt_id == stranger


async def test_a_reconnect_hears_the_current_node_and_goes_on_live(probe: Probe) -> None:
    async with probe.listen() as before:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=MANY), before.sid)
        await before.step_of(prompt_id)
    async with probe.listen(before.sid) as ear:
        assert await ear.hear() == Event("executing", {"node": "3"})
        await ear.step_of(prompt_id)
        await probe.post("/interrupt", {"prompt_id": prompt_id})
        events = await ear.end_of(prompt_id)
    assert not of(ear.heard, "execution_start", "execution_cached")
    assert of(events, "execution_interrupted")


async def test_nothing_is_kept_for_a_client_that_was_away(probe: Probe) -> None:
    sid = uuid.uuid4().hex
    gone = await probe.submit(blank(), sid)
    await probe.history(gone)
    async with probe.listen(sid) as ear:
        prompt_id = await probe.submit(blank(), sid)
        heard = await ear.end_of(prompt_id)
    assert not [event for event in heard if event.prompt_id == gone]


async def test_a_second_socket_of_an_id_takes_over(probe: Probe) -> None:
    async with probe.listen() as first, probe.listen(first.sid) as second:
        prompt_id = await probe.submit(blank(), first.sid)
        assert await second.end_of(prompt_id)
        await first.socket.ping()
        with pytest.raises(TimeoutError):
            await first.socket.receive(timeout=0.2)


async def test_closing_the_older_socket_deafens_the_newer_one(probe: Probe) -> None:
    """Why every connection of Fairbrush uses an id of its own, and why silence is not trusted."""
    async with probe.listen() as witness:
        async with probe.listen() as older:
            newer = await probe.session.ws_connect(f"{probe.url}/ws", params={"clientId": older.sid})
            assert (await newer.receive_json())["type"] == "status"
        prompt_id = await probe.submit(blank(), older.sid)
        await probe.history(prompt_id)
        await witness.until(lambda event: event.kind == "status" and event.data["status"]["exec_info"] == idle)
        with pytest.raises(TimeoutError):
            await newer.receive(timeout=0.2)
        await newer.close()


idle = {"queue_remaining": 0}


async def test_a_client_id_that_is_no_string_hears_nothing(probe: Probe) -> None:
    async with probe.listen("42") as ear:
        prompt_id = await probe.submit(blank(), 42)  # type: ignore[arg-type]
        await probe.history(prompt_id)
        mine = await probe.submit(blank(), "42")
        heard = await ear.end_of(mine)
    assert not [event for event in heard if event.kind in OWNED and event.prompt_id == prompt_id]
