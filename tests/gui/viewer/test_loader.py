"""The picture of the latest file asked for: at once where it is kept, never one that was superseded."""

from __future__ import annotations

import threading
from pathlib import Path, PurePath

import cv2
import numpy as np
import pytest

from core.errors import ScanError
from core.imaging.pyramid import Pyramid
from core.reading.finding import Found
from gui.jobs import Lane
from gui.viewer import loader as module
from gui.viewer.loader import Loader
from tests.pictures import radiograph


class Heard:
    """What a loader says, in order."""

    def __init__(self, loader: Loader) -> None:
        self.loaded: list[tuple[Found, Pyramid]] = []
        self.failed: list[tuple[Found, BaseException]] = []
        self.names: list[str] = []
        loader.loaded.connect(self._on_loaded)
        loader.failed.connect(self._on_failed)

    def _on_loaded(self, found: Found, pyramid: Pyramid) -> None:
        self.loaded.append((found, pyramid))
        self.names.append(found.path.stem)

    def _on_failed(self, found: Found, error: BaseException) -> None:
        self.failed.append((found, error))
        self.names.append(f"not {found.path.stem}")


class Room:
    """A loader, its lanes, and files: a, b, c and d are scans, `broken` is none, `gone` is missing."""

    def __init__(self, lanes, folder: Path, qtbot) -> None:
        self.lane, self.ahead = lanes.lane("viewer"), lanes.lane("ahead")
        self.loader = Loader(self.lane, self.ahead)
        self.heard = Heard(self.loader)
        self._folder, self._qtbot = folder, qtbot
        for number, name in enumerate("abcd"):
            cv2.imwrite(str(folder / f"{name}.png"), radiograph(number, size=(90, 70)))
        (folder / "broken.png").write_bytes(b"this is no picture")

    def found(self, name: str) -> Found:
        return Found(self._folder / f"{name}.png", PurePath(f"{name}.png"))

    def load(self, name: str) -> None:
        self.loader.load(self.found(name))

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: self.lane.is_idle and self.ahead.is_idle, timeout=20_000)

    def look_at(self, name: str) -> None:
        self.load(name)
        self.settle()

    def look_ahead(self, name: str) -> None:
        self.loader.look_ahead(self.found(name))
        self.settle()

    def keeps(self, name: str) -> bool:
        """Whether it comes at once. Looks at it."""
        before = len(self.heard.loaded)
        self.load(name)
        kept = len(self.heard.loaded) > before
        self.settle()
        return kept


@pytest.fixture
def room(lanes, tmp_path, qtbot) -> Room:
    return Room(lanes, tmp_path, qtbot)


def block(lane: Lane) -> threading.Event:
    """Keep a lane busy until the event is set."""
    go = threading.Event()
    lane.start(lambda _: go.wait(10))
    return go


def finish_unheard(lane: Lane) -> None:
    """Until the lane's thread has done what was started, without anything being heard of it here."""
    done = threading.Event()
    lane.start(lambda _: done.set())
    assert done.wait(10)


def test_the_picture_is_the_files(room):
    room.look_at("a")
    [(found, pyramid)] = room.heard.loaded
    assert found == room.found("a")
    np.testing.assert_allclose(pyramid.scan.pixels, radiograph(0, size=(90, 70)) / 255, atol=1e-6)
    assert pyramid.size == (70, 90)


def test_a_picture_in_memory_is_loaded_like_a_file(room):
    content = room.found("b").read()
    room.loader.load(Found(Path("Pasted picture 1"), PurePath("Pasted picture 1"), content))
    room.settle()
    np.testing.assert_allclose(
        room.heard.loaded[0][1].scan.pixels, radiograph(1, size=(90, 70)) / 255, atol=1e-6
    )


@pytest.mark.parametrize("name", ["broken", "gone"])
def test_what_cannot_be_loaded_is_told_with_the_reason(room, name):
    room.look_at(name)
    assert room.heard.loaded == []
    [(found, error)] = room.heard.failed
    assert found == room.found(name)
    assert isinstance(error, ScanError)
    assert name in error.message


def test_what_failed_is_tried_again(room):
    room.look_at("gone")
    cv2.imwrite(str(room.found("gone").path), radiograph(0, size=(90, 70)))
    room.look_at("gone")
    assert room.heard.names == ["not gone", "gone"]


# Superseded


@pytest.mark.parametrize("first", ["a", "broken"])
def test_only_the_latest_is_heard_of(room, first):
    go = block(room.lane)
    for name in (first, "b", "c"):
        room.load(name)
    go.set()
    room.settle()
    assert room.heard.names == ["c"]


@pytest.mark.parametrize("first", ["a", "broken"])
def test_what_was_ready_but_not_heard_of_is_superseded_too(room, first):
    room.load(first)
    finish_unheard(room.lane)
    room.load("b")
    room.settle()
    assert room.heard.names == ["b"]


@pytest.mark.parametrize("first", ["b", "broken"])
def test_a_kept_picture_supersedes_one_that_is_on_its_way(room, first):
    room.look_at("a")
    room.load(first)
    finish_unheard(room.lane)
    room.load("a")
    assert room.heard.names == ["a", "a"]
    room.settle()
    assert room.heard.names == ["a", "a"]


# Kept


def test_a_kept_picture_comes_at_once_and_is_the_same(room):
    room.look_at("a")
    room.look_at("b")
    room.load("a")
    assert room.heard.names == ["a", "b", "a"]
    assert room.heard.loaded[2][1] is room.heard.loaded[0][1]


def bytes_of_one(room: Room) -> int:
    room.look_at("a")
    return room.heard.loaded[0][1].nbytes


def test_what_was_looked_at_longest_ago_goes_where_memory_ends(room, monkeypatch):
    monkeypatch.setattr(module, "_KEPT_BYTES", int(2.5 * bytes_of_one(room)))
    room.look_at("b")
    room.load("a")  # looked at again: now b is the oldest
    room.look_at("c")
    assert room.keeps("c")
    assert room.keeps("a")
    assert not room.keeps("b")


def test_the_one_on_the_screen_stays_however_large(room, monkeypatch):
    monkeypatch.setattr(module, "_KEPT_BYTES", 1)
    room.look_at("a")
    room.look_at("b")
    assert room.keeps("b")
    assert not room.keeps("a")


def test_looking_ahead_does_not_push_out_the_one_on_the_screen(room, monkeypatch):
    monkeypatch.setattr(module, "_KEPT_BYTES", int(1.5 * bytes_of_one(room)))
    room.look_ahead("b")
    assert room.keeps("a")


@pytest.mark.parametrize("bound", [1.5, 2.5, 3.5])
def test_memory_is_bounded(room, monkeypatch, bound):
    monkeypatch.setattr(module, "_KEPT_BYTES", int(bound * bytes_of_one(room)))
    for name in "bcdabcd":
        room.look_at(name)
    before = len(room.heard.loaded)
    for name in "dcba":  # from the latest; what is kept comes at once
        room.loader.load(room.found(name))
    assert len(room.heard.loaded) - before == int(bound)
    room.settle()


# Looking ahead


def test_looking_ahead_says_nothing(room):
    for name in ("a", "broken", "gone"):
        room.look_ahead(name)
    assert room.heard.names == []


def test_what_was_looked_ahead_for_comes_at_once(room):
    room.look_at("a")
    room.look_ahead("b")
    assert room.keeps("b")


def test_what_failed_ahead_is_told_when_it_is_asked_for(room):
    room.look_ahead("broken")
    room.look_at("broken")
    assert room.heard.names == ["not broken"]


def test_looking_ahead_holds_up_nothing(room, qtbot):
    go = block(room.ahead)
    room.loader.look_ahead(room.found("b"))
    room.load("a")
    qtbot.waitUntil(lambda: room.heard.names == ["a"], timeout=10_000)
    go.set()
    room.settle()


def test_only_the_latest_is_looked_ahead_for(room):
    go = block(room.ahead)
    for name in "bcd":
        room.loader.look_ahead(room.found(name))
    go.set()
    room.settle()
    assert room.keeps("d")
    assert not room.keeps("b")


# Forgotten


def test_what_is_forgotten_is_loaded_anew(room):
    room.look_at("a")
    room.look_at("b")
    room.loader.forget(room.found("a"))
    assert room.keeps("b")
    assert not room.keeps("a")


def test_forgetting_everything_keeps_nothing(room):
    for name in "ab":
        room.look_at(name)
    room.loader.forget()
    assert not room.keeps("a")
    assert not room.keeps("b")


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("name", ["a", "broken"])
def test_what_is_forgotten_on_its_way_never_comes(room, name, everything):
    room.load(name)
    finish_unheard(room.lane)
    room.loader.forget(None if everything else room.found(name))
    room.settle()
    assert room.heard.names == []


def test_forgetting_another_does_not_stop_the_one_on_its_way(room):
    room.load("a")
    room.loader.forget(room.found("b"))
    room.settle()
    assert room.heard.names == ["a"]
