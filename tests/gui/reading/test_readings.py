"""What the worklist knows of its scans: from the store, from reading them, and by which model."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import cv2
import numpy as np
import pytest

from core.imaging.decode import decode_file
from core.imaging.display import Display, Orientation
from core.imaging.scan import Window
from core.model import checkpoint
from core.reading.finding import Found
from core.review import Review
from core.settings import Settings
from core.store.store import Store, open_store
from gui.jobs import Lanes
from gui.reading.readings import Readings
from gui.reading.service import ReadingService
from gui.recall import Recall
from gui.worklist.entry import Entry
from gui.worklist.model import WorklistModel
from tests.pictures import radiograph

PATIENCE_MS = 60_000
SEEN = Display(Window(0.2, 0.7), inverted=True)


class Desk:
    """A worklist with its readings, as the session has them, and what they said."""

    def __init__(self, lanes: Lanes, store: Store, models: Sequence[Path], qtbot: Any) -> None:
        self._models, self._qtbot = models, qtbot
        self.store = store
        self.worklist = WorklistModel()
        self.recall_lane, self.lane = lanes.lane("recall"), lanes.lane("reading")
        self.recall = Recall(self.recall_lane, store)
        self.service = ReadingService(self.lane, store)
        self.readings = Readings(self.worklist, self.settings(), self.recall, self.service, store)
        self.begun: list[Found] = []
        self.thumbnails: list[tuple[str, bool]] = []
        self.problems: list[BaseException] = []
        self.readings.arrived.connect(self._on_arrived)
        self.readings.told.connect(self.worklist.tell)
        self.readings.problem.connect(self.problems.append)
        self.readings.thumbnail.connect(
            lambda found, made: self.thumbnails.append((found.name, made is not None))
        )
        self.service.started.connect(self.begun.append)

    def _on_arrived(self, entries: list[Entry]) -> None:
        self.readings.take_on(self.worklist.add_entries(entries))
        self.readings.read_later(None)

    def settings(self, model: int = 0, **fields: Any) -> Settings:
        return Settings(model=str(self._models[model]), engine="torch", device="cpu", **fields)

    def open_model(self, model: int = 0) -> None:
        self.readings.open_model(self.settings(model))

    def use(self, model: int = 0) -> None:
        """Open it, and wait for all that follows."""
        self.open_model(model)
        self.settle()

    def bring(self, *paths: Path) -> None:
        self.readings.bring([Found(path, PurePath(path.name)) for path in paths])
        self.settle()

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: not self.readings.is_busy, timeout=PATIENCE_MS)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def hold(self, lane: Any) -> threading.Event:
        """Nothing goes on in a lane until the event is set."""
        go = threading.Event()
        lane.start(lambda _: go.wait(30))
        return go

    @property
    def entries(self) -> Sequence[Entry]:
        return self.worklist.entries

    @property
    def models(self) -> list[str]:
        """Which model each reading is by; "-" where there is none that stands."""
        return [entry.settled.model if entry.settled else "-" for entry in self.entries]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "kept" / "store.sqlite3") as store:
        yield store


@pytest.fixture
def sit_down(lanes: Lanes, store: Store, model_files: Any, qtbot: Any) -> Callable[[], Desk]:
    """Starts anew, as after a restart, with the same store."""

    def go() -> Desk:
        return Desk(lanes, store, model_files, qtbot)

    return go


@pytest.fixture
def desk(sit_down: Callable[[], Desk]) -> Desk:
    """With the first model open."""
    desk = sit_down()
    desk.use()
    return desk


@pytest.fixture
def scans(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "scans"
    folder.mkdir()
    return [draw(folder / f"{number}.png", number) for number in range(3)]


def draw(path: Path, seed: int) -> Path:
    cv2.imwrite(str(path), radiograph(seed, opacity=seed % 2 == 1, size=(120, 90)))
    return path


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# What the store knows


def test_what_was_read_before_is_not_opened_again_and_says_the_same(desk, sit_down, scans):
    desk.bring(*scans)
    before = [entry.stored for entry in desk.entries]
    desk.store.set_review(desk.entries[1].sha256, Review("NORMAL", "scar"))
    again = sit_down()
    again.use()
    again.bring(*scans)
    assert again.begun == []
    assert [entry.status for entry in again.entries] == ["ok"] * 3
    assert [entry.stored.probability for entry in again.entries] == [each.probability for each in before]
    assert [entry.review for entry in again.entries] == [None, Review("NORMAL", "scar"), None]
    assert not any(entry.stored.has_map for entry in again.entries), "the list would grow large"


def test_a_map_is_fetched_for_the_scan_that_is_looked_at(desk, sit_down, scans):
    desk.bring(scans[0])
    expected = desk.service.reader.read(decode_file(scans[0])).heatmap
    again = sit_down()
    again.use()
    again.bring(scans[0])
    np.testing.assert_allclose(again.readings.whole(again.entries[0]).heatmap, expected, atol=1e-5)


def test_a_reading_as_displayed_is_known_again_with_its_own_map(desk, sit_down, scans):
    desk.bring(scans[0])
    [entry] = desk.entries
    stored_map = desk.readings.whole(entry).heatmap
    desk.service.displayed.connect(lambda what, made: desk.readings.take_displayed(entry, made, what))
    desk.service.read_as_displayed("inverted", decode_file(scans[0]), SEEN, Orientation())
    desk.settle()
    whole = desk.readings.whole(entry)
    again = sit_down()
    again.use()
    again.bring(scans[0])
    [known] = again.entries
    assert known.displayed.description == "inverted"
    assert known.reading.probability == whole.probability != known.stored.probability
    np.testing.assert_array_equal(again.readings.whole(known).heatmap, whole.heatmap)
    again.readings.drop_displayed(known)
    np.testing.assert_array_equal(again.readings.whole(known).heatmap, stored_map)
    assert again.store.displayed(known.sha256, again.readings.model) is None


def test_of_a_rejected_scan_the_reasons_are_known_again(lanes, store, tmp_path, qtbot):
    """The bundled model has a gate."""
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((120, 90), 90, np.uint8))
    for _ in range(2):
        desk = Desk(lanes, store, ["lungfield-resnet18"], qtbot)
        desk.readings.open_model(Settings())
        desk.settle()
        desk.bring(blank)
        assert [(entry.status, entry.reason) for entry in desk.entries] == [("rejected", "blank picture")]
    assert desk.begun == []


def test_a_changed_file_is_read_anew_and_what_was_said_of_the_other_does_not_stick(desk, sit_down, scans):
    desk.bring(scans[0])
    before, digest = desk.entries[0].stored, desk.entries[0].sha256
    desk.store.set_review(digest, Review("PNEUMONIA"))
    draw(scans[0], 7)
    again = sit_down()
    again.use()
    again.bring(scans[0])
    [entry] = again.entries
    assert entry.sha256 == sha256_of(scans[0]) != digest
    assert entry.stored.probability == pytest.approx(
        again.service.reader.read(decode_file(scans[0])).probability, abs=1e-5
    )
    assert entry.stored.probability != before.probability
    assert entry.review is None
    assert again.store.review(digest) == Review("PNEUMONIA"), "whoever has that scan elsewhere finds it"


def test_a_moved_file_is_known_by_its_content(desk, sit_down, scans, tmp_path):
    desk.bring(scans[1])
    [entry] = desk.entries
    before = entry.stored
    desk.store.set_review(entry.sha256, Review("NORMAL", "scar"))
    desk.readings.take_displayed(entry, desk.readings.whole(entry), "inverted")
    moved = tmp_path / "elsewhere.png"
    scans[1].rename(moved)
    again = sit_down()
    again.use()
    again.bring(moved)
    [known] = again.entries
    assert known.stored.milliseconds == before.milliseconds, "it would take another time to read it"
    assert (known.status, known.review) == ("ok", Review("NORMAL", "scar"))
    assert known.displayed.description == "inverted"
    third = sit_down()
    third.use()
    third.bring(moved)
    assert third.begun == [], "now it is known by its place"
    assert third.entries[0].stored.probability == before.probability


def test_notes_on_how_a_file_was_decoded_are_known_again_wherever_it_lies(desk, sit_down, tmp_path):
    pages, moved = tmp_path / "pages.tiff", tmp_path / "moved.tiff"
    cv2.imwritemulti(str(pages), [radiograph(seed, size=(120, 90)) for seed in range(2)])
    desk.bring(pages)
    notes = desk.entries[0].notes
    assert "several pages" in notes[0]
    again = sit_down()
    again.use()
    again.bring(pages)
    assert again.entries[0].notes == notes
    pages.rename(moved)
    third = sit_down()
    third.use()
    third.bring(moved)
    assert third.entries[0].notes == notes


def test_the_row_of_a_file_that_was_moved_goes_and_a_copy_stays(desk, scans, tmp_path):
    desk.bring(*scans)
    moved, copy = tmp_path / "moved.png", tmp_path / "copy.png"
    scans[0].rename(moved)
    shutil.copy(scans[1], copy)
    desk.bring(moved, copy)
    assert [entry.name for entry in desk.entries] == ["1.png", "2.png", "moved.png", "copy.png"]
    assert [entry.status for entry in desk.entries] == ["ok"] * 4
    assert [each.name for each in desk.readings.with_content(sha256_of(copy))] == ["1.png", "copy.png"]
    assert [each.name for each in desk.readings.with_content(sha256_of(moved))] == ["moved.png"]


def test_everything_read_before_comes_back_in_order_though_the_files_are_gone(desk, sit_down, scans):
    desk.bring(scans[2], scans[0])
    for file in scans:
        file.unlink()
    again = sit_down()
    again.use()
    again.readings.bring_history()
    again.settle()
    assert [entry.found.path for entry in again.entries] == [scans[2], scans[0]]
    assert [entry.status for entry in again.entries] == ["ok"] * 2
    assert again.begun == []


def test_a_failed_file_says_why_and_is_tried_again_the_next_time(desk, sit_down, scans):
    content = scans[0].read_bytes()
    scans[0].write_bytes(content[:900])
    desk.bring(scans[0])
    assert [entry.status for entry in desk.entries] == ["failed"]
    assert "0.png is cut short" in desk.entries[0].reason
    scans[0].write_bytes(content)
    again = sit_down()
    again.use()
    again.bring(scans[0])
    assert [entry.status for entry in again.entries] == ["ok"]


def test_a_pasted_picture_is_read_and_reviewed_like_any_other(desk, sit_down, scans):
    pasted = Found(Path("Pasted picture 1"), PurePath("Pasted picture 1"), scans[0].read_bytes())
    desk.readings.bring([pasted])
    desk.settle()
    [entry] = desk.entries
    assert (entry.status, entry.sha256) == ("ok", sha256_of(scans[0]))
    desk.store.set_review(entry.sha256, Review("NORMAL"))
    again = sit_down()
    again.use()
    again.bring(scans[0])
    assert again.entries[0].review == Review("NORMAL"), "the same picture, from a file"


# Thumbnails


def test_those_that_come_with_a_reading_are_handed_on_and_failures_told(desk, scans):
    scans[1].write_bytes(b"this is no picture")
    desk.bring(*scans)
    assert desk.thumbnails == [("0.png", True), ("1.png", False), ("2.png", True)]


def test_of_what_is_known_by_its_content_there_is_none_and_nothing_is_said_of_it(desk, scans, tmp_path):
    desk.bring(scans[0])
    scans[0].rename(tmp_path / "moved.png")
    desk.thumbnails.clear()
    desk.bring(tmp_path / "moved.png")
    assert desk.thumbnails == [], "the list makes it itself when the row is in sight"


# Another model


def test_another_model_reads_anew_and_going_back_opens_no_file(desk, scans):
    desk.bring(*scans)
    first = [entry.stored.probability for entry in desk.entries]
    desk.use(1)
    second = [entry.stored.probability for entry in desk.entries]
    assert desk.models == ["second"] * 3
    assert all(a != b for a, b in zip(first, second, strict=True))
    desk.begun.clear()
    desk.use(0)
    assert desk.begun == []
    assert [entry.stored.probability for entry in desk.entries] == first
    assert desk.models == ["first"] * 3


def test_a_reading_as_displayed_belongs_to_its_model(desk, scans):
    desk.bring(scans[0])
    [entry] = desk.entries
    desk.readings.take_displayed(entry, desk.readings.whole(entry), "inverted")
    desk.use(1)
    assert entry.displayed is None
    desk.use(0)
    assert entry.displayed.description == "inverted"


def test_no_list_mixes_two_models_though_reading_is_stopped(desk, scans):
    desk.bring(*scans)
    go = desk.hold(desk.lane)
    desk.open_model(1)
    go.set()
    desk.wait_for(lambda: desk.readings.opened is not None)
    desk.readings.stop()
    desk.settle()
    assert set(desk.models) <= {"second", "-"}
    desk.readings.read_unread()
    desk.settle()
    assert desk.models == ["second"] * 3


def test_until_another_model_is_open_and_where_it_cannot_be_the_readings_of_before_stand(desk, scans):
    desk.bring(*scans)
    go = desk.hold(desk.lane)
    desk.open_model(1)
    assert desk.models == ["first"] * 3
    go.set()
    desk.settle()
    desk.readings.open_model(Settings(model="no such model"))
    desk.settle()
    assert desk.models == ["second"] * 3
    assert desk.readings.opened is None
    assert [type(each).__name__ for each in desk.problems] == ["ModelError"]
    assert desk.readings.whole(desk.entries[0]).has_map


def test_what_was_brought_for_the_model_of_before_is_looked_up_for_the_one_that_reads(desk, sit_down, scans):
    """A large folder is still arriving when another model is there."""
    desk.bring(*scans)
    desk.use(1)
    again = sit_down()
    again.use(0)
    go = again.hold(again.recall_lane)
    again.readings.bring([Found(path, PurePath(path.name)) for path in scans])
    again.open_model(1)
    again.wait_for(lambda: again.readings.opened is not None)
    go.set()
    again.settle()
    assert again.models == ["second"] * 3
    assert again.begun == []


def test_the_history_is_known_though_it_was_asked_for_before_the_model_was_there(desk, sit_down, scans):
    desk.bring(*scans)
    for file in scans:
        file.unlink()
    again = sit_down()
    go = again.hold(again.recall_lane)
    again.readings.bring_history()
    again.open_model()
    again.wait_for(lambda: again.readings.opened is not None)
    go.set()
    again.settle()
    assert [entry.status for entry in again.entries] == ["ok"] * 3
    assert again.begun == []


def test_without_a_model_there_are_reviews_and_no_readings_until_there_is_one(desk, sit_down, scans):
    desk.bring(*scans)
    desk.store.set_review(desk.entries[0].sha256, Review("NORMAL"))
    again = sit_down()
    again.readings.open_model(Settings(model="no such model"))
    again.settle()
    again.bring(*scans)
    assert [entry.status for entry in again.entries] == ["unread"] * 3
    assert again.entries[0].review == Review("NORMAL")
    assert again.readings.has_unread
    again.use()
    assert [entry.status for entry in again.entries] == ["ok"] * 3
    assert not again.readings.has_unread
    assert again.begun == []


# The same model with another operating point


@pytest.fixture
def with_point(model_files: Any, tmp_path: Path) -> Callable[[float], Settings]:
    """Settings for a copy of the first model that has this threshold of its own."""

    def go(threshold: float) -> Settings:
        made = checkpoint.load(model_files[0])
        point = replace(made.operating_points[0], threshold=threshold)
        path = tmp_path / f"{threshold}.safetensors"
        checkpoint.save(replace(made, name="copy", operating_points=(point,)), path)
        return Settings(model=str(path), engine="torch", device="cpu")

    return go


def thresholds(desk: Desk) -> list[float]:
    return [entry.reading.threshold for entry in desk.entries]


def test_another_operating_point_judges_what_was_read_and_is_told(desk, qtbot, scans, with_point):
    desk.worklist.band = 0.0
    desk.bring(*scans)
    low, high = sorted(entry.stored.probability for entry in desk.entries)[1:]
    desk.begun.clear()
    with qtbot.waitSignal(desk.readings.counts_changed, timeout=PATIENCE_MS):
        desk.readings.open_model(with_point((low + high) / 2))
    desk.settle()
    assert thresholds(desk) == [(low + high) / 2] * 3
    assert desk.worklist.counts() == {"normal": 2, "pneumonia": 1}
    assert desk.begun == []


def test_what_arrives_while_the_model_is_opened_anew_is_judged_as_what_is_there(
    desk, sit_down, scans, with_point
):
    desk.bring(*scans)
    again = sit_down()
    again.readings.open_model(with_point(0.9))
    again.settle()
    again.bring(scans[0])
    go = again.hold(again.lane)
    again.readings.open_model(with_point(0.8))
    again.readings.bring([Found(path, PurePath(path.name)) for path in scans[1:]])
    again.wait_for(lambda: len(again.entries) == 3)
    assert thresholds(again) == [0.9] * 3
    go.set()
    again.settle()
    assert thresholds(again) == [0.8] * 3


def test_a_threshold_of_the_persons_that_comes_with_other_settings_counts_though_these_cannot_be_had(
    desk, scans
):
    desk.bring(*scans)
    desk.readings.open_model(replace(desk.settings(threshold=0.9), model="no such model"))
    desk.settle()
    assert desk.readings.opened is None
    assert thresholds(desk) == [0.9] * 3


# Reading again, stopping, forgetting


def test_reading_again_reads_though_it_is_known_and_as_it_is_stored(desk, sit_down, scans):
    desk.bring(*scans)
    entry = desk.entries[1]
    before = entry.stored
    desk.readings.take_displayed(entry, desk.readings.whole(entry), "inverted")
    desk.begun.clear()
    desk.readings.read_again([entry])
    desk.settle()
    assert [found.name for found in desk.begun] == ["1.png"]
    assert entry.stored.milliseconds != before.milliseconds
    assert entry.displayed is None
    again = sit_down()
    again.use()
    again.bring(scans[1])
    assert again.entries[0].displayed is None, "and it does not come back either"
    assert again.entries[0].stored.milliseconds == entry.stored.milliseconds


def test_who_stops_reading_again_has_the_reading_of_before(desk, scans):
    desk.bring(scans[0])
    [entry] = desk.entries
    before = entry.stored
    go = desk.hold(desk.lane)
    desk.readings.read_again([entry])
    assert entry.status == "waiting"
    assert entry.settled is None
    desk.readings.stop()
    go.set()
    desk.settle()
    assert (entry.status, entry.stored) == ("ok", before)


def test_who_stops_reading_again_is_told_that_the_readings_of_before_stand(desk, scans):
    desk.bring(*scans)
    go = desk.hold(desk.lane)
    desk.readings.read_again(desk.entries)
    assert desk.worklist.counts() == {"idle": 3}
    told = []
    desk.readings.changed.connect(lambda: told.append([entry.status for entry in desk.entries]))
    desk.readings.stop()
    assert told == [["ok"] * 3]
    assert "idle" not in desk.worklist.counts()
    assert not desk.readings.has_unread
    go.set()
    desk.settle()


def test_what_was_stopped_is_unread_and_can_be_asked_for(desk, scans):
    go = desk.hold(desk.lane)
    desk.readings.bring([Found(path, PurePath(path.name)) for path in scans])
    desk.wait_for(lambda: len(desk.entries) == 3)
    desk.readings.stop()
    go.set()
    desk.settle()
    assert [entry.status for entry in desk.entries] == ["unread"] * 3
    assert desk.readings.has_unread
    desk.readings.read_unread()
    desk.settle()
    assert [entry.status for entry in desk.entries] == ["ok"] * 3
    assert not desk.readings.has_unread


def test_what_is_taken_off_the_list_is_neither_read_nor_known(desk, scans):
    go = desk.hold(desk.lane)
    desk.readings.bring([Found(path, PurePath(path.name)) for path in scans])
    desk.wait_for(lambda: len(desk.entries) == 3)
    gone = desk.entries[1]
    desk.readings.forget([gone])
    desk.worklist.remove([gone])
    go.set()
    desk.settle()
    assert [found.name for found in desk.begun] == ["0.png", "2.png"]
    assert [entry.status for entry in desk.entries] == ["ok"] * 2
    assert desk.readings.with_content(sha256_of(scans[1])) == []


def test_a_threshold_of_the_persons_judges_what_was_read(desk, scans):
    desk.bring(*scans)
    low, high = sorted(entry.stored.probability for entry in desk.entries)[1:]
    desk.readings.judge_by(desk.settings(threshold=(low + high) / 2))
    assert sorted(entry.reading.label for entry in desk.entries) == ["NORMAL", "NORMAL", "PNEUMONIA"]
    whole = desk.readings.whole(desk.entries[0])
    assert whole.threshold == (low + high) / 2
    assert whole.has_map


# Opened again while they are on the list


def test_a_file_that_is_opened_again_is_not_read_again(desk, scans):
    desk.bring(*scans)
    desk.begun.clear()
    desk.bring(*scans)
    assert desk.begun == []
    assert len(desk.entries) == 3


def test_a_file_that_was_changed_meanwhile_is(desk, scans):
    desk.bring(*scans)
    entry = desk.entries[1]
    desk.store.set_review(entry.sha256, Review("NORMAL"))
    draw(scans[1], 8)
    desk.bring(*scans)
    assert list(desk.entries)[1] is entry
    assert entry.sha256 == sha256_of(scans[1])
    assert entry.review is None
    expected = desk.service.reader.read(decode_file(scans[1])).probability
    assert entry.stored.probability == pytest.approx(expected, abs=1e-5)
    assert [found.name for found in desk.begun] == ["0.png", "1.png", "2.png", "1.png"]


def test_what_was_read_as_displayed_is_not_said_of_what_the_file_was_changed_to(desk, scans):
    desk.bring(*scans)
    entry = desk.entries[1]
    before = entry.sha256
    desk.readings.take_displayed(entry, desk.readings.whole(entry), "inverted")
    entry.look = (SEEN, Orientation(1))
    draw(scans[1], 8)
    desk.bring(*scans)
    assert (entry.displayed, entry.look) == (None, None)
    assert entry.reading is entry.stored
    known = desk.store.displayed(before, desk.readings.model)
    assert known is not None, "whoever has that scan elsewhere finds it"


def test_who_stops_reading_a_file_that_was_changed_has_no_reading_of_what_it_was(desk, scans):
    desk.bring(scans[0])
    [entry] = desk.entries
    draw(scans[0], 8)
    go = desk.hold(desk.lane)
    desk.readings.read_again([entry])
    desk.readings.know(entry, sha256_of(scans[0]))  # its picture is on the screen
    desk.readings.stop()
    go.set()
    desk.settle()
    assert (entry.status, entry.stored) == ("unread", None)


def test_a_file_that_failed_and_was_mended_is_read(desk, scans):
    content = scans[0].read_bytes()
    scans[0].write_bytes(b"")
    desk.bring(scans[0])
    assert [entry.status for entry in desk.entries] == ["failed"]
    scans[0].write_bytes(content)
    desk.bring(scans[0])
    assert [(entry.status, entry.reason) for entry in desk.entries] == [("ok", "")]
