"""How long a run will take, measured and while it runs; and what augmentation does to a scan."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from core.errors import ScanError
from core.imaging.decode import decode_file
from core.imaging.preprocess import squeezed
from core.learning import telling
from core.learning.estimate import estimate
from core.learning.estimated import FORMS_SECONDS, work_of
from core.learning.preview import augmented
from core.learning.recipe import PRESETS, Recipe
from core.learning.telling import Teller
from core.learning.watching import NoWatch
from core.progress import Cancelled, NullProgress
from tests.pictures import radiograph

SMALL = Recipe(init="random", size=64, epochs=4, int8=False)


class Stopped(NullProgress):
    def check(self):
        raise Cancelled


@pytest.fixture(autouse=True)
def briefly(monkeypatch):
    """With the smallest batches, and few of them."""
    monkeypatch.setattr("core.learning.estimate._LEAST_SECONDS", 0.05)
    monkeypatch.setattr("core.learning.memory.free_bytes", lambda _: 0)


def measured(recipe, scans=100, held=20, decode_seconds=5.0, progress=None):
    return estimate(recipe, scans, held, "cpu", decode_seconds, progress or NullProgress())


def test_an_estimate_is_of_the_whole_run():
    made = measured(SMALL)
    assert made.measured_batches >= 2
    assert made.batch_size == 4
    assert made.seconds > 5 + 4 * made.per_epoch + FORMS_SECONDS


def test_a_head_on_cached_features_takes_a_fraction_of_an_epoch(monkeypatch):
    # What else runs is not counted
    monkeypatch.setattr("core.learning.estimate.time", SimpleNamespace(monotonic=time.process_time))
    head = measured(replace(SMALL, freeze_backbone=True))
    behind = measured(replace(SMALL, freeze_backbone=True, cache_features=False))
    assert head.per_epoch < behind.per_epoch / 5


def test_an_estimate_can_be_cancelled():
    with pytest.raises(Cancelled):
        measured(SMALL, progress=Stopped())


def test_the_work_of_a_run_is_counted_in_scans_looked_at():
    whole = work_of(Recipe(epochs=2, int8=False), 1000, 100)
    assert (whole.features, whole.epochs, whole.finishing) == (0, (3100, 3100), 1100)
    assert work_of(Recipe(epochs=2, int8=True), 1000, 100).finishing == 1500
    assert work_of(Recipe(int8=False), 9000, 100).finishing == 2100
    small = Recipe(epochs=3, small_size=(112,), small_epochs=(2,))
    assert work_of(small, 1000, 100).epochs == (775, 775, 3100)
    assert work_of(replace(small, consistency=1.0), 1000, 100).epochs == (1525, 1525, 6100)
    head = work_of(PRESETS["head-only"], 1000, 100)
    assert head.features == 1100
    assert sum(head.epochs) < 0.1 * head.features
    assert work_of(replace(PRESETS["head-only"], augment="flips"), 1000, 100).features == 5100


class Positions(NoWatch):
    def __init__(self):
        self.all = []
        self.paused = 0.0

    def position(self, position):
        self.all.append(position)

    def paused_seconds(self):
        return self.paused


def test_the_time_left_follows_the_pace(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(telling.time, "monotonic", lambda: clock[0])
    watch = Positions()
    tell = Teller(watch, replace(PRESETS["head-only"], int8=False, epochs=1), learnt=900, held=100)
    part = tell.through(NullProgress(), "features", 0.08, 0.6)
    part.report(0.0)
    assert watch.all[-1].seconds_left is None
    clock[0] = 10.0
    part.report(0.5)
    # 500 scans took 10 seconds: the other 500, one epoch and the thousand of finishing are left
    assert watch.all[-1].seconds_left == pytest.approx(10 + 20 + FORMS_SECONDS, rel=0.01)
    assert watch.all[-1].of_all == pytest.approx(0.34)
    clock[0], watch.paused = 110.0, 95.0
    part.report(0.75)
    assert watch.all[-1].seconds_left == pytest.approx(5 + 20 + FORMS_SECONDS, rel=0.01)
    tell.through(NullProgress(), "finishing", 0.9, 1.0).report(0.5)
    assert watch.all[-1].seconds_left == pytest.approx((20 + FORMS_SECONDS) / 2, rel=0.01)


def test_an_epoch_that_begins_again_has_more_time_left(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(telling.time, "monotonic", lambda: clock[0])
    watch = Positions()
    tell = Teller(watch, replace(SMALL, epochs=2), learnt=100, held=0)
    for clock[0], epoch, of_epoch in ((0.0, 0, 0.1), (10.0, 1, 0.1), (19.0, 1, 1.0), (20.0, 1, 0.1)):
        tell.batch(epoch, of_epoch, 0.5)
    lefts = [position.seconds_left for position in watch.all]
    assert lefts[0] is None
    assert lefts[3] > lefts[2]
    assert watch.all[-1].loss == 0.5


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scan.png"
    cv2.imwrite(str(path), radiograph(3, size=(120, 100)))
    return path


def test_a_preview_shows_the_scan_first_and_then_changed(scan):
    recipe = replace(PRESETS["fine-tune"], size=64)
    seen = augmented(scan, recipe, 6, seed=1)
    assert seen.shape == (6, 64, 64)
    assert seen.dtype == np.uint8
    spec = recipe.preprocessing
    plain = np.rint(squeezed(decode_file(scan, min_side=spec.decode_side), spec) * 255)
    np.testing.assert_array_equal(seen[0], plain)
    differences = [np.abs(a.astype(int) - b).mean() for i, a in enumerate(seen) for b in seen[:i]]
    assert min(differences) > 1
    np.testing.assert_array_equal(seen, augmented(scan, recipe, 6, seed=1))
    assert not np.array_equal(seen[1], augmented(scan, recipe, 6, seed=2)[1])


def test_a_preview_without_augmentation_shows_the_scan(scan):
    seen = augmented(scan, replace(SMALL, augment="none"), 3, seed=1)
    assert (seen == seen[0]).all()


def test_a_preview_of_one_is_the_scan(scan):
    assert augmented(scan, replace(PRESETS["fine-tune"], size=64), 1, seed=1).shape == (1, 64, 64)


def test_a_preview_of_what_is_no_scan_is_refused(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n but no more")
    with pytest.raises(ScanError):
        augmented(tmp_path / "broken.png", SMALL, 3, seed=1)
