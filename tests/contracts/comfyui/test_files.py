"""Uploads and downloads."""

import io
import json

import pytest
from PIL import Image

from tests.contracts.comfyui.graphs import blank, fresh, node, of_upload, png
from tests.contracts.comfyui.probe import Probe

RED, GREEN, BLUE = png((255, 0, 0)), png((0, 255, 0)), png((0, 0, 255))


def name() -> str:
    return f"contract-{fresh()}"


async def test_an_upload_keeps_its_name_and_can_be_read_back(probe: Probe) -> None:
    stem = name()
    assert await probe.upload(f"{stem}.png", RED) == (200, {"name": f"{stem}.png", "subfolder": "", "type": "input"})
    assert await probe.fetch("/view", filename=f"{stem}.png", type="input") == RED
    assert await probe.fetch("/view", filename=f"{stem}.png [input]") == RED


async def test_the_same_name_keeps_what_is_there(probe: Probe) -> None:
    stem = name()
    names = [(await probe.upload(f"{stem}.png", data))[1]["name"] for data in (RED, RED, GREEN, GREEN, BLUE)]
    assert names == [f"{stem}.png", f"{stem}.png", f"{stem} (1).png", f"{stem} (1).png", f"{stem} (2).png"]
    assert await probe.fetch("/view", filename=f"{stem}.png", type="input") == RED


async def test_overwriting_has_to_be_said(probe: Probe) -> None:
    stem = name()
    await probe.upload(f"{stem}.png", RED)
    assert (await probe.upload(f"{stem}.png", GREEN, overwrite="true"))[1]["name"] == f"{stem}.png"
    assert await probe.fetch("/view", filename=f"{stem}.png", type="input") == GREEN
    assert (await probe.upload(f"{stem}.png", RED, overwrite="false"))[1]["name"] == f"{stem} (1).png"


async def test_a_subfolder_is_made_and_a_node_reads_from_it(probe: Probe) -> None:
    stem = name()
    status, answer = await probe.upload(f"{stem}.png", RED, subfolder="contracts/deep")
    assert (status, answer) == (200, {"name": f"{stem}.png", "subfolder": "contracts/deep", "type": "input"})
    assert await probe.fetch("/view", filename=f"{stem}.png", type="input", subfolder="contracts/deep") == RED
    _, events = await probe.run(of_upload(f"contracts/deep/{stem}.png"))
    assert "execution_success" in [event.kind for event in events]


async def test_uploads_at_the_top_are_offered_to_the_loader(probe: Probe) -> None:
    stem = name()
    await probe.upload(f"{stem}.png", RED)
    await probe.upload(f"{stem}-deep.png", RED, subfolder="contracts")
    spec = (await probe.get("/object_info/LoadImage"))["LoadImage"]["input"]["required"]["image"]
    assert f"{stem}.png" in spec[0]
    assert f"{stem}-deep.png" not in spec[0]
    assert spec[1]["image_upload"] is True


async def test_an_uploaded_picture_goes_through_a_graph_unchanged(probe: Probe) -> None:
    stem = name()
    await probe.upload(f"{stem}.png", RED)
    _, events = await probe.run(of_upload(f"{stem}.png"))
    (file,) = (file for event in events if event.kind == "executed" for file in event.data["output"]["images"])
    with Image.open(io.BytesIO(await probe.fetch("/view", **file))) as image:
        assert image.convert("RGB").getcolors() == [(64 * 64, (255, 0, 0))]


async def test_other_bytes_under_the_same_name_run_again(probe: Probe) -> None:
    stem = name()
    await probe.upload(f"{stem}.png", RED)
    await probe.run(of_upload(f"{stem}.png"))
    await probe.upload(f"{stem}.png", GREEN, overwrite="true")
    _, events = await probe.run(of_upload(f"{stem}.png"))
    assert [event.data["node"] for event in events if event.kind == "executing"] == ["1", "2", None]


@pytest.mark.parametrize("subfolder", ["..", "/tmp", "a/../../.."])  # noqa: S108 — a path to be refused
async def test_an_upload_cannot_leave_its_folder(probe: Probe, subfolder: str) -> None:
    assert (await probe.upload("x.png", RED, subfolder=subfolder))[0] == 400


async def test_an_upload_of_anything_is_accepted(probe: Probe) -> None:
    assert (await probe.upload(f"{name()}.txt", b"not a picture"))[0] == 200
    assert (await probe.upload(f"{name()}.png", b""))[0] == 200


async def test_an_upload_without_a_file_is_refused(probe: Probe) -> None:
    status, _ = await probe.post("/upload/image", {"image": "x"})
    assert status == 400
    assert (await probe.upload("x.png", RED, type="bogus"))[0] == 500


async def test_a_mask_becomes_the_alpha_channel_of_its_original(probe: Probe) -> None:
    stem = name()
    await probe.upload(f"{stem}.png", RED)
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 99)).save(buffer, "PNG")
    reference = json.dumps({"filename": f"{stem}.png", "type": "input", "subfolder": ""})
    status, answer = await probe.upload(
        f"{stem}-mask.png", buffer.getvalue(), "/upload/mask", original_ref=reference, type="input"
    )
    assert (status, answer["name"]) == (200, f"{stem}-mask.png")
    with Image.open(io.BytesIO(await probe.fetch("/view", filename=answer["name"], type="input"))) as image:
        assert image.getcolors() == [(64 * 64, (255, 0, 0, 99))]


async def test_a_mask_of_a_missing_original_is_answered_but_not_saved(probe: Probe) -> None:
    stem = name()
    reference = json.dumps({"filename": "nope.png", "type": "input"})
    status, _ = await probe.upload(f"{stem}.png", RED, "/upload/mask", original_ref=reference, type="input")
    assert status == 200
    assert await probe.status("/view", filename=f"{stem}.png", type="input") == 404


async def test_the_alpha_channel_is_the_mask_upside_down(probe: Probe) -> None:
    stem = name()
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 255, 255, 0)).save(buffer, "PNG")
    await probe.upload(f"{stem}.png", buffer.getvalue())
    graph = {
        "1": node("LoadImageMask", image=f"{stem}.png", channel="alpha"),
        "2": node("EmptyLatentImage", width=64, height=64, batch_size=1),
        "3": node("SetLatentNoiseMask", samples=["2", 0], mask=["1", 0]),
        "4": node("LoadImage", image=f"{stem}.png"),
        "5": node("PreviewImage", images=["4", 0]),
    }
    _, events = await probe.run(graph)
    assert "execution_success" in [event.kind for event in events]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 404),
        ({"filename": ""}, 400),
        ({"filename": "nope.png"}, 404),
        ({"filename": "x.png", "type": "bogus"}, 400),
        ({"filename": "../x.png"}, 400),
        ({"filename": "/etc/passwd"}, 400),
        ({"filename": "passwd", "subfolder": "../../../etc"}, 403),
        ({"filename": "passwd", "subfolder": "/etc"}, 403),
    ],
)
async def test_view_refuses_what_is_missing_or_outside(probe: Probe, params: dict[str, str], status: int) -> None:
    assert await probe.status("/view", **params) == status


async def test_view_serves_ranges_previews_and_channels(probe: Probe) -> None:
    _, events = await probe.run(blank(0xFF0000, prefix=name()))
    (file,) = (file for event in events if event.kind == "executed" for file in event.data["output"]["images"])
    whole = await probe.fetch("/view", **file)
    async with probe.session.get(f"{probe.url}/view", params=file, headers={"Range": "bytes=0-7"}) as response:
        assert (response.status, await response.read()) == (206, whole[:8])
        assert response.headers["Content-Disposition"] == f'filename="{file["filename"]}"'
    for wanted, kind in (("jpeg;50", "JPEG"), ("webp;90", "WEBP"), ("png", "WEBP")):
        with Image.open(io.BytesIO(await probe.fetch("/view", **file, preview=wanted))) as image:
            assert image.format == kind
    with Image.open(io.BytesIO(await probe.fetch("/view", **file, channel="a"))) as image:
        assert image.getchannel("A").getextrema() == (255, 255)


async def test_what_a_browser_would_run_is_sent_as_bytes(probe: Probe) -> None:
    stem = name()
    await probe.upload(f"{stem}.html", b"<b>")
    params = {"filename": f"{stem}.html", "type": "input"}
    async with probe.session.get(f"{probe.url}/view", params=params) as response:
        assert response.content_type == "application/octet-stream"


async def test_the_file_of_a_cached_run_may_be_gone_for_good(probe: Probe) -> None:
    """The name is repeated all the same: a missing file is no reason to trust the cache."""
    graph = blank(prefix=name())
    prompt_id, _ = await probe.run(graph)
    first = (await probe.history(prompt_id))["outputs"]
    prompt_id, _ = await probe.run(graph)
    assert (await probe.history(prompt_id))["outputs"] == first
