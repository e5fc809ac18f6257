"""Reading in the background, with real models, real files and real threads."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

import cv2
import numpy as np
import pytest

from core.errors import ModelError
from core.imaging.decode import decode_file
from core.imaging.display import Display, Orientation, as_displayed
from core.imaging.scan import Scan, Window
from core.opening import open_reader
from core.reading.finding import Found
from core.reading.reader import Reader, Reading
from core.settings import Settings
from core.store.store import Store, open_store
from gui.jobs import Lane
from gui.reading.service import ReadingService
from gui.worklist.entry import THUMBNAIL, Answer
from tests.pictures import radiograph

SIGNALS = (
    "opened",
    "unavailable",
    "started",
    "finished",
    "stopped",
    "broken",
    "displayed",
    "not_displayed",
    "progressed",
    "idle",
)
SIZE = (120, 90)


class SlowFile(Found):
    """A file on a slow disk: it is there once `go` is set."""

    def __init__(self, path: Path, relative: PurePath, go: threading.Event) -> None:
        super().__init__(path, relative)
        self.go = go

    def read(self) -> bytes:
        assert self.go.wait(30)
        return super().read()


class Room:
    """A reading service with all that it said, in order: the signal's name, then its values."""

    def __init__(self, lane: Lane, store: Store, models: tuple[Path, Path], folder: Path, qtbot: Any) -> None:
        self.store = store
        self.service = ReadingService(lane, store)
        self.lane = lane
        self.said: list[tuple[Any, ...]] = []
        self.go = threading.Event()
        self._models, self._folder, self._qtbot = models, folder, qtbot
        for name in SIGNALS:
            getattr(self.service, name).connect(lambda *values, name=name: self.said.append((name, *values)))

    def settings(self, model: int = 0, **fields: Any) -> Settings:
        return Settings(model=str(self._models[model]), engine="torch", device="cpu", **fields)

    def open(self, model: int = 0, **fields: Any) -> None:
        self.service.open(self.settings(model, **fields))

    def scans(self, number: int) -> list[Found]:
        """Files of generated scans, each different."""
        return [self._file(index) for index in range(number)]

    def scans_that_halt(self, number: int) -> list[Found]:
        """The same, but reading goes no further than the fifth before `go` is set."""
        founds = self.scans(number)
        founds[4] = SlowFile(founds[4].path, founds[4].relative, go=self.go)
        return founds

    def halt(self, founds: list[Found]) -> None:
        """Have them read, and wait until reading goes no further."""
        self.service.read(founds)
        self.wait_for("finished", 4)

    def _file(self, index: int) -> Found:
        path = self._folder / f"{index}.png"
        cv2.imwrite(str(path), radiograph(index, size=SIZE))
        return Found(path, PurePath(path.name))

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: self.service.is_idle, timeout=60_000)

    def wait_until_the_lane_is_idle(self) -> None:
        self._qtbot.waitUntil(lambda: self.lane.is_idle, timeout=60_000)

    def wait_for(self, name: str, times: int = 1) -> None:
        self._qtbot.waitUntil(lambda: len(self.of(name)) >= times, timeout=60_000)

    def of(self, name: str) -> list[Any]:
        return [event[1] if len(event) == 2 else event[1:] for event in self.said if event[0] == name]

    @property
    def answers(self) -> list[Answer]:
        return self.of("finished")

    def readings(self) -> dict[Path, Reading]:
        return {answer.found.path: answer.reading for answer in self.answers}


@pytest.fixture
def room(lane, model_files, tmp_path, qtbot) -> Iterator[Room]:
    with open_store(tmp_path / "store.sqlite3") as store:
        made = Room(lane, store, model_files, tmp_path, qtbot)
        yield made
        made.go.set()
        lane.close()
        assert lane.wait(10)


@pytest.fixture(scope="module")
def readers(model_files) -> list[Reader]:
    """The same models, opened and used here."""
    return [open_reader(str(file), "torch", "cpu").reader for file in model_files]


def probabilities(reader: Reader, founds: Iterable[Found]) -> list[float]:
    return [reader.read(decode_file(found.path)).probability for found in founds]


# Opening


def test_a_model_is_opened(room, model_files):
    room.open()
    assert room.service.is_opening
    assert room.service.reader is None
    room.settle()
    [opened] = room.of("opened")
    assert opened.reader.checkpoint.name == "first"
    assert room.service.reader is opened.reader
    assert not room.service.is_opening


def test_the_threshold_asked_for_is_the_readers(room):
    room.open(threshold=0.123)
    room.settle()
    assert room.service.reader.threshold == 0.123


def test_a_model_that_is_not_there_is_told(room):
    room.service.open(Settings(model="no such model"))
    room.settle()
    [error] = room.of("unavailable")
    assert isinstance(error, ModelError)
    assert room.service.reader is None
    assert not room.service.is_opening


def test_a_file_that_is_no_model_is_told(room, tmp_path):
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"this is no model")
    room.service.open(Settings(model=str(file)))
    room.settle()
    assert [type(error) for error in room.of("unavailable")] == [ModelError]


def test_without_a_model_nothing_waits_any_more(room):
    room.service.open(Settings(model="no such model"))
    room.service.read(room.scans(3))
    room.settle()
    assert len(room.of("stopped")) == 1
    assert not room.service.is_reading
    room.open()
    room.settle()
    assert room.answers == []


def test_another_model_can_be_opened_after_one_that_was_not_there(room, readers):
    room.service.open(Settings(model="no such model"))
    room.settle()
    room.open()
    scans = room.scans(1)
    room.service.read(scans)
    room.settle()
    assert room.answers[0].reading.probability == pytest.approx(probabilities(readers[0], scans)[0], abs=1e-5)


def test_only_the_latest_of_two_models_is_opened(room):
    room.open(0)
    room.open(1)
    room.settle()
    assert [opened.reader.checkpoint.name for opened in room.of("opened")] == ["second"]


def test_a_model_that_was_not_there_is_not_told_once_another_was_asked_for(room):
    room.service.open(Settings(model="no such model"))
    room.open()
    room.settle()
    assert room.of("unavailable") == []
    assert len(room.of("opened")) == 1


# Reading


def test_scans_are_read_as_the_reader_reads_them(room, readers):
    scans = room.scans(4)
    room.open()
    room.service.read(scans)
    room.settle()
    assert [answer.status for answer in room.answers] == ["ok"] * 4
    read = [answer.reading.probability for answer in room.answers]
    assert read == pytest.approx(probabilities(readers[0], scans), abs=1e-5)
    assert len({round(each, 6) for each in read}) == 4, "what this test compares must differ"


def test_every_scan_is_begun_and_finished_once_and_in_order(room):
    scans = room.scans(15)
    room.open()
    room.service.read(scans)
    room.settle()
    assert room.of("started") == scans
    assert [answer.found for answer in room.answers] == scans
    for found in scans:
        finished = next(
            n for n, event in enumerate(room.said) if event[0] == "finished" and event[1].found == found
        )
        assert room.said.index(("started", found)) < finished


def test_what_was_asked_for_before_the_model_was_there_is_read(room):
    scans = room.scans(2)
    room.service.read(scans)
    assert room.service.is_reading
    room.open()
    room.settle()
    assert [answer.found for answer in room.answers] == scans


def test_what_waits_twice_is_read_once(room):
    scans = room.scans(2)
    room.open()
    room.service.read(scans)
    room.service.read(scans)
    room.settle()
    assert [answer.found for answer in room.answers] == scans


def test_a_scan_can_be_read_again(room):
    scans = room.scans(1)
    room.open()
    for _ in range(2):
        room.service.read(scans)
        room.settle()
    first, second = (answer.reading.probability for answer in room.answers)
    assert first == second


def test_the_one_in_a_hurry_is_read_first(room):
    scans = room.scans(6)
    room.open()
    room.service.read(scans)
    room.service.hurry(scans[4])
    room.settle()
    assert room.of("started") == [scans[4], *scans[:4], scans[5]]


def test_what_is_forgotten_is_not_read(room):
    scans = room.scans(3)
    room.open()
    room.service.read(scans)
    room.service.forget([scans[1]])
    room.settle()
    assert [answer.found for answer in room.answers] == [scans[0], scans[2]]


def test_a_damaged_file_fails_and_stops_nothing(room, tmp_path):
    scans = room.scans(2)
    broken, gone = (Found(tmp_path / name, PurePath(name)) for name in ("broken.png", "gone.png"))
    broken.path.write_bytes(b"this is no picture")
    room.open()
    room.service.read([broken, scans[0], gone, scans[1]])
    room.settle()
    assert [answer.status for answer in room.answers] == ["failed", "ok", "failed", "ok"]
    for answer in (room.answers[0], room.answers[2]):
        assert answer.found.path.name in answer.reason
        assert answer.reading is None
        assert answer.thumbnail is None


def test_a_blank_picture_is_rejected_with_the_reason(room, tmp_path):
    cv2.imwrite(str(tmp_path / "blank.png"), np.full(SIZE, 90, np.uint8))
    room.open()
    room.service.read([Found(tmp_path / "blank.png", PurePath("blank.png"))])
    room.settle()
    [answer] = room.answers
    assert (answer.status, answer.reason) == ("rejected", "blank picture")


@pytest.mark.parametrize("size", [(300, 200), (90, 120), (96, 96), (64, 500)])
def test_a_thumbnail_has_the_scans_shape(room, tmp_path, size):
    cv2.imwrite(str(tmp_path / "scan.png"), radiograph(1, size=size))
    room.open()
    room.service.read([Found(tmp_path / "scan.png", PurePath("scan.png"))])
    room.settle()
    thumbnail = room.answers[0].thumbnail
    scale = THUMBNAIL / max(size)
    assert thumbnail.dtype == np.uint8
    assert thumbnail.shape == pytest.approx([side * scale for side in size], abs=0.51)
    assert max(thumbnail.shape) == THUMBNAIL


# Progress


def test_progress_counts_to_what_was_asked_for_and_back_to_nothing(room):
    room.open()
    room.service.read(room.scans(3))
    room.settle()
    assert [each for n, each in enumerate(room.of("progressed")) if each != (0, 0) or n] == [
        (0, 3),
        (1, 3),
        (2, 3),
        (3, 3),
        (0, 0),
    ]


def test_what_comes_while_reading_is_counted_with_it(room):
    scans = room.scans(5)
    room.open()
    room.service.read(scans[:3])
    room.service.read(scans[2:])
    room.settle()
    assert room.of("progressed")[:2] == [(0, 3), (0, 5)]
    assert (5, 5) in room.of("progressed")


def test_what_is_forgotten_is_not_counted(room):
    scans = room.scans(3)
    room.open()
    room.service.read(scans)
    room.service.forget([scans[2]])
    room.service.forget([scans[2]])
    room.settle()
    assert room.of("progressed")[:2] == [(0, 3), (0, 2)]
    assert max(done for done, _ in room.of("progressed")) == 2


def test_idle_is_said_when_nothing_is_left_to_do(room):
    seen = []
    service = room.service
    service.idle.connect(
        lambda: seen.append((service.is_idle, service.is_reading, service.is_opening, len(room.answers)))
    )
    room.open()
    room.settle()
    seen.clear()
    room.service.read(room.scans(3))
    room.settle()
    assert seen == [(True, False, False, 3)]


# Stopping


def test_stopping_leaves_the_rest_unread(room):
    room.open()
    room.halt(room.scans_that_halt(30))
    room.service.stop()
    room.go.set()
    room.settle()
    assert len(room.of("stopped")) == 1
    assert len(room.answers) == 4
    assert not room.service.is_reading
    assert room.of("progressed")[-1] == (0, 0)


def test_stopping_before_the_model_is_there_reads_nothing(room):
    room.open()
    room.service.read(room.scans(2))
    room.service.stop()
    room.settle()
    assert room.answers == []
    assert len(room.of("stopped")) == 1
    assert len(room.of("opened")) == 1


def test_what_is_asked_for_right_after_stopping_is_read(room):
    scans = room.scans_that_halt(24)
    room.open()
    room.halt(scans[:20])
    room.service.stop()
    room.said.clear()
    room.service.read(scans[20:])
    room.go.set()
    room.settle()
    assert [answer.found for answer in room.answers] == scans[20:]
    assert room.of("stopped") == [], "nobody takes them for unread"
    assert all(done <= asked for done, asked in room.of("progressed"))


def test_a_stopped_scan_can_be_asked_for_again(room):
    scans = room.scans_that_halt(20)
    room.open()
    room.halt(scans)
    room.service.stop()
    room.said.clear()
    room.service.read(scans)
    room.go.set()
    room.settle()
    assert [answer.found for answer in room.answers] == scans


# As displayed

SEEN = Display(Window(0.2, 0.7), gamma=1.5, inverted=True)


def stored(seed: int = 3) -> Scan:
    return Scan(radiograph(seed, size=SIZE).astype(np.float32) / 255)


@pytest.fixture
def ready(room) -> Room:
    room.open()
    room.settle()
    room.said.clear()
    return room


def test_reading_as_displayed_reads_what_is_seen(ready, readers):
    ready.service.read_as_displayed("for this", stored(), SEEN, Orientation(1, True))
    ready.settle()
    [(what, reading)] = ready.of("displayed")
    assert what == "for this"
    grey = 1 - np.clip((stored().pixels - 0.2) / 0.5, 0, 1) ** (1 / 1.5)
    seen = Scan(np.ascontiguousarray(np.rot90(np.fliplr(grey), -1), np.float32))
    expected = readers[0].read(seen).probability
    assert reading.probability == pytest.approx(expected, abs=1e-4)
    assert abs(expected - readers[0].read(stored()).probability) > 1e-3, "what is seen must matter here"


@pytest.mark.parametrize(
    "orientation", [Orientation(1), Orientation(2), Orientation(0, True), Orientation(3, True)], ids=str
)
def test_its_evidence_lies_on_the_scan_as_it_is_stored(ready, readers, orientation):
    ready.service.read_as_displayed("", stored(), SEEN, orientation)
    ready.settle()
    heatmap = readers[0].read(as_displayed(stored(), SEEN, orientation)).heatmap
    back = np.rot90(heatmap, orientation.quarter_turns)
    expected = np.fliplr(back) if orientation.mirrored else back
    np.testing.assert_allclose(ready.of("displayed")[0][1].heatmap, expected, atol=1e-5)


def test_reading_as_displayed_comes_before_what_waits(ready):
    scans = ready.scans_that_halt(30)
    ready.halt(scans)
    ready.service.read_as_displayed("", stored(), SEEN, Orientation())
    ready.go.set()
    ready.settle()
    order = [event[0] for event in ready.said if event[0] in ("finished", "displayed")]
    assert order.index("displayed") < 20, "after those that were begun already"
    assert [answer.found for answer in ready.answers] == scans, "and the rest is read after it"


def test_only_the_latest_is_read_as_displayed(ready):
    for what in ("first", "second", "third"):
        ready.service.read_as_displayed(what, stored(), SEEN, Orientation())
    ready.settle()
    assert [what for what, _ in ready.of("displayed")] == ["third"]
    assert ready.of("not_displayed") == []


def test_what_cannot_be_read_as_displayed_is_told(ready):
    empty = Scan(np.zeros((0, 0), np.float32))
    ready.service.read_as_displayed("", empty, SEEN, Orientation())
    ready.settle()
    assert ready.of("displayed") == []
    assert len(ready.of("not_displayed")) == 1


def test_reading_as_displayed_is_not_counted(ready):
    ready.service.read_as_displayed("", stored(), SEEN, Orientation())
    ready.settle()
    assert set(ready.of("progressed")) == {(0, 0)}


def test_without_a_model_nothing_is_read_as_displayed(room):
    room.service.read_as_displayed("", stored(), SEEN, Orientation())
    room.settle()
    assert room.said == []


# Held


def test_while_it_is_held_nothing_is_read_and_what_is_asked_for_waits(room):
    scans = room.scans_that_halt(24)
    room.open()
    room.halt(scans[:20])
    room.service.hold(True)
    kept = room.store.counts()["readings"]
    room.said.clear()
    room.service.read(scans[20:])
    room.go.set()
    room.wait_until_the_lane_is_idle()
    assert room.answers == []
    assert room.store.counts()["readings"] == kept, "nor is what was under way kept"
    assert room.service.is_reading
    room.service.hold(False)
    room.settle()
    assert [answer.found for answer in room.answers] == scans[20:]


def test_what_is_read_as_displayed_when_it_is_held_is_not_told(room):
    room.open()
    room.settle()
    room.service.read_as_displayed("before", stored(), SEEN, Orientation())
    room.service.hold(True)
    room.service.read_as_displayed("meanwhile", stored(), SEEN, Orientation())
    room.settle()
    room.service.hold(False)
    room.service.read_as_displayed("after", stored(), SEEN, Orientation())
    room.settle()
    assert [what for what, _ in room.of("displayed")] == ["after"]
    assert room.of("not_displayed") == []


# Another model


def test_the_rest_is_read_with_the_model_opened_meanwhile(room, readers):
    scans = room.scans_that_halt(30)
    room.open(0)
    room.halt(scans)
    room.open(1)
    room.go.set()
    room.settle()
    assert [answer.found for answer in room.answers] == scans
    names = [answer.reading.model for answer in room.answers]
    assert names == sorted(names), "first, then second, and never back"
    assert names.count("second") > 10
    expected = [
        probabilities(readers[0 if name == "first" else 1], [found])[0]
        for name, found in zip(names, scans, strict=True)
    ]
    assert [answer.reading.probability for answer in room.answers] == pytest.approx(expected, abs=1e-5)


def test_while_a_model_is_opened_there_is_no_reader(ready):
    ready.open(1)
    assert ready.service.reader is None
    assert ready.service.is_opening
    ready.settle()
    assert ready.service.reader.checkpoint.name == "second"


def test_a_model_that_is_not_there_ends_the_reading(ready):
    ready.halt(ready.scans_that_halt(30))
    ready.service.open(Settings(model="no such model"))
    ready.go.set()
    ready.settle()
    assert len(ready.answers) < 20
    assert len(ready.of("unavailable")) == 1
    assert len(ready.of("stopped")) == 1


# Closing


def test_closing_while_reading_ends_soon(ready, lanes):
    ready.service.read(ready.scans(60))
    ready.wait_for("started")
    assert lanes.close()


def test_closing_while_a_model_is_opened_says_nothing_more(room, lanes, qtbot):
    room.open()
    assert lanes.close()
    qtbot.waitUntil(lambda: room.lane.is_idle)
    assert room.of("opened") == []


# What the store knows


def test_what_is_read_is_in_the_store_with_its_map_and_where_the_file_lies(ready, readers):
    scans = ready.scans(3)
    ready.service.read(scans)
    ready.settle()
    key = ready.service.reader.key
    for answer, expected in zip(ready.answers, probabilities(readers[0], scans), strict=True):
        kept = ready.store.reading(answer.sha256, key)
        assert kept.probability == pytest.approx(expected, abs=1e-5)
        np.testing.assert_array_equal(kept.heatmap, answer.reading.heatmap)
    assert [known.path for known in ready.store.history(key)] == [str(found.path) for found in scans]


def test_what_failed_is_not_in_the_store(ready, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"this is no picture")
    ready.service.read([Found(tmp_path / "broken.png", PurePath("broken.png"))])
    ready.settle()
    assert ready.store.counts() == {"scans": 0, "readings": 0, "reviews": 0}


def test_what_the_store_knows_by_its_content_is_not_read_again(ready, tmp_path):
    ready.service.read(ready.scans(1))
    ready.settle()
    moved = Found(tmp_path / "moved.png", PurePath("moved.png"))
    (tmp_path / "0.png").rename(moved.path)
    ready.service.read([moved])
    ready.settle()
    first, second = ready.answers
    assert (second.found, second.status, second.sha256) == (moved, "ok", first.sha256)
    assert second.reading.milliseconds == first.reading.milliseconds, "another reading takes another time"
    np.testing.assert_array_equal(second.reading.heatmap, first.reading.heatmap)
    assert second.thumbnail is None, "nothing was decoded"
    [known] = ready.store.history(ready.service.reader.key)
    assert known.path == str(moved.path)


def test_a_rejected_scan_that_is_known_says_why(ready, tmp_path):
    for name in ("blank.png", "copy.png"):
        cv2.imwrite(str(tmp_path / name), np.full(SIZE, 90, np.uint8))
        ready.service.read([Found(tmp_path / name, PurePath(name))])
        ready.settle()
    assert [(each.status, each.reason) for each in ready.answers] == [("rejected", "blank picture")] * 2
    assert ready.answers[1].thumbnail is None


def test_what_another_model_read_is_read(ready):
    scans = ready.scans(1)
    for model in (0, 1):
        ready.open(model)
        ready.service.read(scans)
        ready.settle()
    assert [answer.reading.model for answer in ready.answers] == ["first", "second"]
    assert ready.store.counts()["readings"] == 2


def test_who_asks_for_it_afresh_has_it_read_though_it_is_known(ready):
    scans = ready.scans(2)
    ready.service.read(scans)
    ready.settle()
    ready.service.read(scans[:1], afresh=True)
    ready.service.read(scans[1:])
    ready.settle()
    before, known, afresh, again = ready.answers
    assert afresh.reading.milliseconds != before.reading.milliseconds
    assert afresh.thumbnail is not None
    assert again.reading.milliseconds == known.reading.milliseconds
    kept = ready.store.reading(afresh.sha256, ready.service.reader.key)
    assert kept.milliseconds == afresh.reading.milliseconds


def test_afresh_is_once(ready):
    scans = ready.scans(1)
    for afresh in (False, True, False):
        ready.service.read(scans, afresh=afresh)
        ready.settle()
    _, afresh, after = ready.answers
    assert after.reading.milliseconds == afresh.reading.milliseconds


def test_what_was_read_when_it_was_stopped_is_kept(ready):
    ready.halt(ready.scans_that_halt(30))
    ready.service.stop()
    ready.go.set()
    ready.settle()
    assert 4 <= ready.store.counts()["readings"] < 30
