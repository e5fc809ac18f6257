"""What is exported of the list: as it was when asked for, with the maps that the store has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.reading.finding import Found
from core.reading.folder import Outcome
from core.reading.gate import Verdict
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.store.store import open_store
from gui.export.items import StoredItems
from gui.worklist.entry import Entry, ReadAsDisplayed

MODEL = ModelKey("f" * 32, "fp32", "a model")
HASH = "a" * 64
FOUND = Found(Path("/scans/a.png"), Path("a.png"))
MAP = np.arange(49, dtype=np.float32).reshape(7, 7)


def reading(probability=0.9, reasons=(), heatmap=MAP):
    return Reading(
        probability, "PNEUMONIA", 0.5, heatmap, Verdict(reasons), "a model", "openvino cpu fp32", 9.0
    )


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "lungfield.sqlite3") as store:
        store.add(Outcome(FOUND, "ok", HASH, reading=reading(), size=1, modified=1), MODEL)
        yield store


def entry(**fields):
    known = {"status": "ok", "sha256": HASH, "stored": reading().without_map()}
    return Entry(FOUND, **(known | fields))


METRICS = {"adults": {"n": 60, "auc": 0.85}}


def only(items):
    (item,) = items
    return item


def test_the_map_comes_from_the_store(store):
    item = only(StoredItems([entry()], "dicom", store, MODEL))
    np.testing.assert_array_equal(item.reading.heatmap, MAP)
    assert (item.found, item.sha256, item.status, item.fingerprint) == (FOUND, HASH, "ok", "f" * 32)


def test_what_the_model_was_measured_to_do_goes_with_what_it_read(store):
    assert only(StoredItems([entry()], "scan-reports", store, MODEL, METRICS)).metrics == METRICS
    failed = entry(status="failed", stored=None)
    assert only(StoredItems([failed], "scan-reports", store, MODEL, METRICS)).metrics is None


@pytest.mark.parametrize("kind", ["csv", "folder-report", "dataset"])
def test_what_shows_no_evidence_fetches_no_map(store, kind):
    item = only(StoredItems([entry()], kind, store, MODEL))
    assert not item.reading.has_map
    assert item.reading.probability == 0.9


def test_the_reading_is_the_one_on_the_list(store):
    """Its threshold may have moved since the store was told."""
    moved = reading().at(0.95).without_map()
    item = only(StoredItems([entry(stored=moved)], "overlays", store, MODEL))
    assert (item.reading.label, item.reading.threshold) == ("NORMAL", 0.95)
    assert item.reading.has_map


def test_a_reading_as_displayed_stands_before_the_other(store):
    displayed = reading(0.2, ("blank picture",), 2 * MAP).at(0.5)
    store.add_displayed(HASH, displayed, MODEL, "gamma 1.40")
    seen = entry(displayed=ReadAsDisplayed(displayed.without_map(), "gamma 1.40"))
    item = only(StoredItems([seen], "overlays", store, MODEL))
    np.testing.assert_array_equal(item.reading.heatmap, 2 * MAP)
    assert item.as_displayed == "gamma 1.40"
    assert (item.status, item.reason) == ("rejected", "blank picture")


def test_a_map_that_is_there_is_not_fetched(store):
    item = only(StoredItems([entry(stored=reading(heatmap=3 * MAP))], "overlays", store, MODEL))
    np.testing.assert_array_equal(item.reading.heatmap, 3 * MAP)


@pytest.mark.parametrize("model", [None, ModelKey("0" * 32, "fp32", "another")])
def test_without_a_map_in_the_store_the_reading_stays_without(store, model):
    item = only(StoredItems([entry()], "overlays", store, model))
    assert not item.reading.has_map


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"status": "failed", "reason": "no pixels", "stored": None}, "failed", "no pixels"),
        ({"status": "unread", "stored": None, "sha256": ""}, "unread", ""),
        ({"status": "waiting"}, "unread", ""),
        ({"status": "reading", "reason": "of before"}, "unread", ""),
    ],
)
def test_what_has_no_reading_that_stands_has_none(store, fields, status, reason):
    item = only(StoredItems([entry(**fields)], "csv", store, MODEL))
    assert (item.status, item.reason, item.reading) == (status, reason, None)


def test_a_rejected_scan_has_its_reading_and_its_reason(store):
    item = only(StoredItems([entry(status="rejected", reason="blank picture")], "csv", store, MODEL))
    assert (item.status, item.reason) == ("rejected", "blank picture")
    assert item.reading is not None


def test_what_changes_on_the_list_later_changes_nothing(store):
    changing = entry(review=Review("NORMAL", "a note"))
    items = StoredItems([changing], "csv", store, MODEL)
    changing.review, changing.status, changing.stored = None, "failed", None
    item = only(items)
    assert (item.reviewed, item.note, item.status) == ("NORMAL", "a note", "ok")


def test_they_keep_their_order_and_can_be_gone_through_twice(store):
    entries = [Entry(Found(Path(f"/{n}.png"), Path(f"{n}.png"))) for n in range(50)]
    items = StoredItems(entries, "csv", store, MODEL)
    assert len(items) == 50
    for _ in range(2):
        assert [item.found.path.name for item in items] == [f"{n}.png" for n in range(50)]
