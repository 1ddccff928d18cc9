"""The promises about servers: what was changed is everybody's and lasts, and so is what an owner told."""

from bot.servers import Change, ServerSpec, ServerState, ServerStatus, Wish

SPEC = ServerSpec(
    name="gpu9",
    url="https://gpu.example.org/comfy",
    credential_env="GPU9_TOKEN",
    credential_header="X-Token",
    ca_file="ca.pem",
    slots=2,
    labels=("big", "fast"),
    memory_gb=24.5,
)
DAY_MS = 86_400_000


async def test_without_a_change_nothing_is_known(truth):
    assert await truth.servers.changes() == {}
    assert await truth.servers.statuses() == {}


async def test_a_change_is_kept_instead_of_the_one_before(truth):
    await truth.servers.change("gpu9", Change(spec=SPEC))
    await truth.servers.change("gpu1", Change(wish=Wish.REMOVE))
    assert await truth.servers.changes() == {"gpu1": Change(wish=Wish.REMOVE), "gpu9": Change(spec=SPEC)}

    await truth.servers.change("gpu9", Change(wish=Wish.DRAIN, spec=SPEC))
    await truth.servers.change("gpu1", None)
    await truth.servers.change("gpu1", None)
    assert await truth.servers.changes() == {"gpu9": Change(wish=Wish.DRAIN, spec=SPEC)}


async def test_a_status_is_what_was_told_last(truth):
    now = await truth.servers.now_ms()
    status = ServerStatus(
        state=ServerState.SUSPECT,
        reason="Its last run ended by its fault.",
        since_ms=now - 5,
        seen_ms=now,
        version="0.3.64",
        memory=24 * 1024**3,
        others=1,
        jobs=2,
        slots=2,
        labels=("big", "fast"),
        attended=False,
        models=("a1b2",),
        errors=((now - 5, "Its last run ended by its fault."), (now - 900_000, "It did not answer.")),
    )
    await truth.servers.tell("gpu1", ServerStatus(state=ServerState.STARTING, seen_ms=now))
    await truth.servers.tell("gpu1", status)

    assert await truth.servers.statuses() == {"gpu1": status}


async def test_a_server_that_is_forgotten_has_no_status_and_its_change_stays(truth):
    now = await truth.servers.now_ms()
    await truth.servers.change("gpu1", Change(wish=Wish.REMOVE))
    for name in ("gpu1", "gpu2"):
        await truth.servers.tell(name, ServerStatus(state=ServerState.READY, seen_ms=now))
    await truth.servers.forget("gpu1")
    await truth.servers.forget("gpu1")

    assert list(await truth.servers.statuses()) == ["gpu2"]
    assert await truth.servers.changes() == {"gpu1": Change(wish=Wish.REMOVE)}


async def test_the_clock_is_the_stores(truth):
    before = await truth.servers.now_ms()
    await truth.advance(1234)

    assert await truth.servers.now_ms() == before + 1234


async def test_a_server_that_nobody_told_of_for_a_day_is_left_out(truth):
    now = await truth.servers.now_ms()
    await truth.servers.tell("old", ServerStatus(state=ServerState.READY, seen_ms=now))
    await truth.advance(DAY_MS)
    assert list(await truth.servers.statuses()) == ["old"]

    await truth.advance(1)
    await truth.servers.tell("new", ServerStatus(state=ServerState.READY, seen_ms=now + DAY_MS + 1))
    assert list(await truth.servers.statuses()) == ["new"]
