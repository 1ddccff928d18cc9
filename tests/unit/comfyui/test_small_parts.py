"""Addresses, inboxes, patience, kept pictures."""

import ssl
from pathlib import Path

import pytest

from adapters.comfyui.address import ComfyAddress, trust
from adapters.comfyui.frames import PictureFrame
from adapters.comfyui.inbox import Inbox
from adapters.comfyui.messages import Message, Word
from adapters.comfyui.pictures import KeptPictures, PictureStore
from adapters.comfyui.runs import Post, Runs
from bot.errors import ConfigError
from bot.events import Interrupted, Started, Stepped
from bot.events import Stage as St
from bot.jobs import Run, RunId
from workflows.graph import graph_of


def test_an_address_may_have_a_prefix() -> None:
    address = ComfyAddress.of("https://gpu.example.org/comfy/ ")
    assert address.route("/prompt") == "https://gpu.example.org/comfy/prompt"
    assert address.socket("a b") == "wss://gpu.example.org/comfy/ws?clientId=a%20b"
    assert address.secure


def test_headers_stand_in_no_repr() -> None:
    assert "hunter2" not in repr(ComfyAddress.of("http://h", headers={"Authorization": "Bearer hunter2"}))


@pytest.mark.parametrize(
    "url", ["gpu:8188", "ftp://gpu", "http://", "http://me:hunter2@gpu", "http://gpu/?token=hunter2", "http://gpu/#x"]
)
def test_an_address_that_cannot_work_is_refused_without_repeating_its_secrets(url: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        ComfyAddress.of(url)
    assert "hunter2" not in str(refusal.value)


def test_tls_files_need_https() -> None:
    with pytest.raises(ConfigError):
        ComfyAddress.of("http://gpu", tls=ssl.create_default_context())


def test_tls_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        trust(tmp_path / "none.pem")


def step(done: int) -> Stepped:
    return Stepped(node="3", stage=St.PAINTING, done=done, total=9)


async def test_an_inbox_keeps_the_newest_of_each_kind_and_never_loses_the_end() -> None:
    inbox = Inbox()
    inbox.put([Started(), *map(step, range(9)), Interrupted()])
    inbox.put([])
    assert await inbox.wait(0)
    assert inbox.take() == [Started(), step(8), Interrupted()]
    assert inbox.take() == []
    assert not await inbox.wait(0)
    inbox.wake()
    assert await inbox.wait(0)


def test_kept_pictures_give_way_oldest_first() -> None:
    store = PictureStore(limit=10)
    for key, image in [("a", b"1234"), ("a", b"12345"), ("b", b"12345"), ("c", b"1")]:
        store.add(key, image)
    assert [store.get(key) for key in "abc"] == [None, b"12345", b"1"]


def test_all_runs_share_one_budget_for_the_pictures_that_are_kept() -> None:
    runs, picture = Runs(limit=9, store=PictureStore(limit=10)), b"12345"
    for name in "abc":
        runs.expect(run(name))
        frame = PictureFrame(image=picture, media_type="image/png", prompt_id=name, node="1")
        runs.hear(Message(prompt_id=name, word=Word.PICTURE, picture=frame))
    assert [runs.store.get(f"{name}/1_00000.png") for name in "abc"] == [None, picture, picture]


def test_a_jpeg_or_another_nodes_picture_is_a_preview() -> None:
    kept = KeptPictures(nodes=frozenset({"2"}), store=PictureStore(10))
    assert not kept.keep("ours", PictureFrame(image=b"x", media_type="image/jpeg", node="2"))
    assert not kept.keep("ours", PictureFrame(image=b"x", media_type="image/png", node="3"))


def run(name: str) -> Run:
    graph = graph_of({"1": {"class_type": "SaveImageWebsocket", "inputs": {}}})
    return Run(id=RunId(name), graph=graph, outputs=frozenset())


def test_runs_that_nobody_follows_give_way() -> None:
    runs = Runs(limit=2, store=PictureStore(0))
    assert not runs
    for name in "abc":
        runs.expect(run(name))
    assert [runs.get(name) is not None for name in "abc"] == [False, True, True]
    assert runs.adopt("c").course.kept.nodes == {"1"}
    assert runs.wanted("a") is None
    runs.forget("a")


def test_only_a_run_of_which_something_may_yet_be_heard_is_in_flight() -> None:
    runs = Runs(limit=2, store=PictureStore(0))
    watch = runs.expect(run("ours"))
    assert not runs, "not sent yet"
    watch.post = Post.UNANSWERED
    assert runs
    runs.miss("ours")
    assert not runs, "the server does not know it"
    runs.hear(Message(prompt_id="ours", word=Word.START))
    assert runs, "it came after all"
    watch.settle(Interrupted())
    assert not runs


def test_a_message_for_nobody_is_dropped() -> None:
    runs = Runs(limit=2, store=PictureStore(0))
    runs.hear(Message(prompt_id="x", word=Word.START))
    watch = runs.adopt("ours")
    runs.hear(Message(prompt_id="ours", word=Word.SUCCESS))
    assert watch.course.asks
    runs.gap()
    assert watch.inbox.take() == [Started()]
    assert watch.course.queued(1) == []


def test_a_run_that_is_let_go_of_without_an_end_is_given_up_until_somebody_takes_it_up() -> None:
    runs = Runs(limit=2, store=PictureStore(0))
    for name in ("ended", "refused", "left", "older", "newer"):
        runs.expect(run(name)).post = Post.UNSENT if name == "refused" else Post.ANSWERED
        if name == "ended":
            runs.adopt(name).settle(Interrupted())
        runs.forget(name)
    assert list(runs.given_up) == ["older", "newer"], "as many as are listened for"
    runs.adopt("older")
    assert list(runs.given_up) == ["newer"]


def test_the_pictures_of_a_forgotten_run_make_room() -> None:
    store = PictureStore(limit=10)
    store.add("a/1", b"12345")
    store.add("b/1", b"12345")
    store.drop("a")
    store.add("c/1", b"12345")
    assert [store.get(key) for key in ("a/1", "b/1", "c/1")] == [None, b"12345", b"12345"]
