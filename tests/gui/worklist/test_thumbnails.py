"""Thumbnails: made when they are asked for, newest first, and no more kept than there is room for."""

from __future__ import annotations

import threading
from pathlib import Path, PurePath

import cv2
import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy

from core.imaging.decode import decode_file
from core.reading.finding import Found
from gui.jobs import Lane
from gui.worklist import thumbnails as module
from gui.worklist.entry import THUMBNAIL, thumbnail
from gui.worklist.thumbnails import Thumbnails, image_of
from tests.gui.worklist.scans import founds
from tests.pictures import radiograph


@pytest.fixture
def made(lane: Lane) -> Thumbnails:
    return Thumbnails(lane)


def written(folder: Path, name: str, side: int = 300) -> Found:
    path = folder / name
    cv2.imwrite(str(path), radiograph(len(name), size=(side, side)))
    return Found(path, PurePath(name))


def grey(level: int = 0) -> np.ndarray:
    return np.full((96, 60), level, np.uint8)


def pixels(image) -> np.ndarray:
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : image.width()]


def test_a_thumbnail_is_made_when_it_is_asked_for(made, tmp_path, qtbot):
    found = written(tmp_path, "scan.png")
    with qtbot.waitSignal(made.ready) as ready:
        assert made.image(found) is None
    assert ready.args == [found]
    np.testing.assert_array_equal(pixels(made.image(found)), thumbnail(decode_file(found.path)))


def test_a_large_scan_is_decoded_smaller(made, tmp_path, qtbot):
    found = written(tmp_path, "scan.jpeg", side=900)
    with qtbot.waitSignal(made.ready):
        made.image(found)
    image = made.image(found)
    assert max(image.width(), image.height()) == THUMBNAIL
    whole = thumbnail(decode_file(found.path)).astype(int)
    assert np.abs(pixels(image) - whole).mean() < 2


def test_a_pasted_picture_has_one(made, tmp_path, qtbot):
    content = written(tmp_path, "scan.png").read()
    found = Found(Path("Pasted picture 1"), PurePath("Pasted picture 1"), content)
    with qtbot.waitSignal(made.ready):
        made.image(found)
    assert made.image(found) is not None


def test_one_that_comes_with_a_reading_costs_nothing(made, lane):
    [found] = founds("a")
    ready = QSignalSpy(made.ready)
    made.put(found, grey(77))
    assert ready.count() == 1
    assert (pixels(made.image(found)) == 77).all()
    assert lane.is_idle


def test_a_newer_one_takes_its_place(made):
    [found] = founds("a")
    for level in (1, 2):
        made.put(found, grey(level))
        assert (pixels(made.image(found)) == level).all()


def test_a_picture_holds_on_to_nothing_of_the_array():
    array = grey(5)
    image = image_of(array[:, :7])
    array[:] = 9
    assert (pixels(image) == 5).all()


def test_a_failure_is_not_tried_again(made, lane, tmp_path, qtbot):
    broken = Found(tmp_path / "none.png", PurePath("none.png"))
    good = written(tmp_path, "good.png")
    assert made.image(broken) is None
    with qtbot.waitSignal(made.ready):
        made.image(good)
    qtbot.waitUntil(lambda: lane.is_idle)
    assert made.image(broken) is None
    assert lane.is_idle


def test_what_could_not_be_read_is_not_tried(made, lane):
    [found] = founds("a")
    made.put(found, grey())
    made.put(found, None)
    assert made.image(found) is None
    assert lane.is_idle


def test_a_file_that_was_mended_has_one_after_all(made):
    [found] = founds("a")
    made.put(found, None)
    made.put(found, grey())
    assert made.image(found) is not None


def test_our_own_fault_stops_nothing(made, tmp_path, qtbot, monkeypatch, caplog):
    real = module.decode

    def faulty(data: bytes, name: str, **options):
        if name.endswith("bad.png"):
            raise RuntimeError("our fault")
        return real(data, name, **options)

    monkeypatch.setattr(module, "decode", faulty)
    made.image(written(tmp_path, "bad.png"))
    good = written(tmp_path, "good.png")
    with qtbot.waitSignal(made.ready) as ready:
        made.image(good)
    assert ready.args == [good]
    assert str(tmp_path) not in caplog.text


class Order:
    """Decodes nothing, and notes in which order it was asked to; the first waits until the gate is open."""

    def __init__(self, monkeypatch) -> None:
        self.names: list[str] = []
        self.gate = threading.Event()
        monkeypatch.setattr(module, "_made", self)

    def __call__(self, found: Found):
        self.names.append(found.name.removesuffix(".png"))
        self.gate.wait(5)
        return image_of(grey())


@pytest.fixture
def order(monkeypatch) -> Order:
    return Order(monkeypatch)


def ask_for(made: Thumbnails, order: Order, first: Found, others: list[Found], qtbot) -> None:
    """Ask for one, and when it is under way for the others."""
    made.image(first)
    qtbot.waitUntil(lambda: len(order.names) == 1)
    for found in others:
        made.image(found)


def test_the_newest_is_made_first(made, lane, order, qtbot):
    ask_for(made, order, *founds("a"), founds("bcd"), qtbot)
    order.gate.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert order.names == list("adcb")


def test_what_went_by_is_not_made(made, lane, order, qtbot):
    ask_for(made, order, *founds("a"), founds("bcd"), qtbot)
    made.keep_only(set(founds("cx")))
    order.gate.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert order.names == list("ac")
    for found in founds("b"):
        made.image(found)
    qtbot.waitUntil(lambda: order.names == list("acb"))


def test_what_comes_with_its_reading_meanwhile_is_not_made(made, lane, order, qtbot):
    ask_for(made, order, *founds("a"), founds("bc"), qtbot)
    made.put(*founds("b"), grey())
    order.gate.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert order.names == list("ac")


def test_what_is_under_way_is_not_begun_again(made, lane, order, qtbot):
    ask_for(made, order, *founds("a"), founds("aaa"), qtbot)
    order.gate.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert order.names == ["a"]


def test_no_more_wait_than_fit_on_a_screen(made, lane, order, qtbot, monkeypatch):
    monkeypatch.setattr(module, "_WAITING", 3)
    ask_for(made, order, *founds("a"), founds("bcdefg"), qtbot)
    order.gate.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert order.names == list("agfe")


def test_those_that_were_seen_last_are_kept(made, order, monkeypatch):
    monkeypatch.setattr(module, "_SEEN", 3)
    order.gate.set()
    a, b, c, d = founds("abcd")
    for found in (a, b, c, a, d):
        if not made._seen.get(found):
            made.put(found, grey())
        assert made.image(found)
    assert [found in made._seen for found in (a, b, c, d)] == [True, False, True, True]
    assert made.image(b) is None


def test_what_is_read_far_away_does_not_push_out_what_is_seen(made, lane, order, monkeypatch):
    monkeypatch.setattr(module, "_SEEN", 3)
    monkeypatch.setattr(module, "_BROUGHT", 3)
    seen = founds("abc")
    for found in seen:
        made.put(found, grey())
        assert made.image(found)
    for found in founds(range(100)):
        made.put(found, grey())
    assert all(made.image(found) for found in seen)
    assert len(made._seen) + len(made._brought) <= 6
    assert lane.is_idle


def test_nothing_is_kept_of_what_is_forgotten(made, lane, order, qtbot):
    one, other = founds("ab")
    made.put(one, grey())
    made.put(other, None)
    made.forget()
    order.gate.set()
    assert made.image(one) is None
    assert made.image(other) is None
    qtbot.waitUntil(lambda: lane.is_idle)
    assert made.image(other)


def test_a_closed_lane_is_asked_for_nothing(made, lane):
    lane.close()
    assert made.image(*founds("a")) is None
