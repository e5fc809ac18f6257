from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import Counter
from pathlib import Path, PurePath

import cv2
import numpy as np
import pytest

from core.engine.base import Features
from core.engine.openvino_engine import OpenVinoEngine
from core.imaging.decode import decode_file
from core.imaging.preprocess import preprocess
from core.progress import Cancelled, NullProgress
from core.reading import folder
from core.reading.finding import Found, find
from core.reading.folder import read_files
from core.reading.overlay import overlay
from core.reading.reader import Reader
from core.store.changes import facts_of
from tests.core.imaging.dicom_files import dicom
from tests.models import SIZE, checkpoint
from tests.pictures import radiograph


@pytest.fixture(scope="module")
def reader():
    return Reader(checkpoint(), OpenVinoEngine(checkpoint()))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Twenty scans, of which the third is damaged."""
    root = tmp_path_factory.mktemp("many")
    for number in range(20):
        cv2.imwrite(str(root / f"{number:02}.png"), radiograph(number, size=(96, 96)))
    (root / "02.png").write_bytes((root / "02.png").read_bytes()[:200])
    return root


class BatchEngine:
    """Answers by the brightness of what it is given; notes the batches, and how many are under way."""

    name, device, precision = "counting", "cpu", "fp32"

    def __init__(self, batch_size: int, depth: int) -> None:
        self.batch_size, self.depth = batch_size, depth
        self.sizes: list[int] = []
        self.under_way = self.most = 0

    def begin(self, batch):
        self.sizes.append(len(batch))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        batch = batch.copy()

        def answer():
            self.under_way -= 1
            level = batch.mean((2, 3))
            return Features(
                np.broadcast_to(level[..., None, None], (len(batch), 512, 2, 2)).copy(),
                np.zeros((len(batch), 128), np.float32),
            )

        return answer

    def features(self, batch):
        return self.begin(batch)()


class Stop(NullProgress):
    """Cancelled from a moment on."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def check(self) -> None:
        if self.stopped.is_set():
            raise Cancelled


def test_every_file_gets_its_own_reading_in_order(reader, many):
    files = find([many]).files
    outcomes = list(read_files(reader, files, NullProgress()))
    assert [outcome.found for outcome in outcomes] == files
    assert Counter(outcome.status for outcome in outcomes) == {"ok": 19, "failed": 1}
    assert "02.png" in outcomes[2].reason
    for outcome in outcomes:
        if outcome.reading:
            alone = reader.read(decode_file(outcome.found.path))
            assert outcome.reading.probability == pytest.approx(alone.probability, abs=1e-6)
            np.testing.assert_allclose(outcome.reading.heatmap, alone.heatmap, atol=1e-5)


def test_size_time_and_hash_of_the_file_are_told(reader, many):
    (outcome,) = read_files(reader, [Found(many / "00.png", PurePath("00.png"))], NullProgress())
    facts = (many / "00.png").stat()
    assert (outcome.size, outcome.modified) == (facts.st_size, facts.st_mtime_ns)
    assert outcome.sha256 == hashlib.sha256((many / "00.png").read_bytes()).hexdigest()


@pytest.mark.parametrize(("batch_size", "depth"), [(1, 1), (4, 2), (32, 2), (3, 5)])
def test_batches_fill_and_no_more_are_under_way_than_the_engine_wants(many, batch_size, depth):
    engine = BatchEngine(batch_size, depth)
    outcomes = list(read_files(Reader(checkpoint(), engine), find([many]).files, NullProgress()))
    assert [outcome.status for outcome in outcomes].count("ok") == 19
    assert sum(engine.sizes) == 19
    assert max(engine.sizes) <= batch_size
    assert engine.most <= depth
    assert engine.under_way == 0


def test_what_is_known_is_neither_decoded_nor_read(many, monkeypatch):
    engine = BatchEngine(1, 2)
    known = {hashlib.sha256((many / f"{n:02}.png").read_bytes()).hexdigest() for n in range(10)}
    decoded = []
    decode = folder.decode
    monkeypatch.setattr(
        folder, "decode", lambda data, name, **more: decoded.append(name) or decode(data, name, **more)
    )
    reader = Reader(checkpoint(), engine)
    files = find([many]).files
    outcomes = list(read_files(reader, files, NullProgress(), lambda _, sha256: sha256 in known))
    assert [outcome.status for outcome in outcomes] == ["known"] * 10 + ["ok"] * 10
    assert len(decoded) == sum(engine.sizes) == 10


def test_a_failing_engine_fails_its_batch_and_nothing_else(many):
    class Failing(BatchEngine):
        def begin(self, batch):
            answer = super().begin(batch)
            number = len(self.sizes)

            def answer_or_fail():
                features = answer()
                if number == 2:
                    raise RuntimeError("our own mistake")
                return features

            return answer_or_fail

    outcomes = list(read_files(Reader(checkpoint(), Failing(1, 2)), find([many]).files, NullProgress()))
    assert [outcome.status for outcome in outcomes] == ["ok", "failed", "failed"] + ["ok"] * 17
    assert "internal error" in outcomes[1].reason


@pytest.mark.parametrize("batch_size", [1, 4, 32])
@pytest.mark.parametrize(("what", "value"), [("maps", np.inf), ("maps", np.nan), ("middle", np.nan)])
def test_an_answer_that_is_no_number_fails_its_scan_and_nothing_else(many, batch_size, what, value):
    """As half precision overflows for one scan of a batch."""
    spec = checkpoint().preprocessing
    odd = preprocess(decode_file(many / "05.png"), spec)

    class Overflowing(BatchEngine):
        def begin(self, batch):
            answer = super().begin(batch)
            rows = [np.array_equal(each, odd) for each in batch]

            def overflowed():
                features = answer()
                getattr(features, what)[rows, 3] = value
                return features

            return overflowed

    files = find([many]).files
    sound = list(read_files(Reader(checkpoint(), BatchEngine(batch_size, 2)), files, NullProgress()))
    outcomes = list(read_files(Reader(checkpoint(), Overflowing(batch_size, 2)), files, NullProgress()))
    statuses = ["failed" if number in (2, 5) else "ok" for number in range(20)]
    assert [outcome.status for outcome in outcomes] == statuses
    assert outcomes[5].reason == (
        "05.png was not read, as the network's answer is not a number: use full precision, or the CPU"
    )
    assert (outcomes[5].scan, outcomes[5].reading) == (None, None)
    for outcome, expected in zip(outcomes, sound, strict=True):
        if outcome.reading:
            assert outcome.reading.probability == expected.reading.probability


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe that blocks whoever reads it")
def test_cancelling_does_not_wait_for_a_file_that_does_not_come(reader, many, tmp_path, monkeypatch):
    """A decoder that hangs, as on a network that is gone, is left behind."""
    release, progress = threading.Event(), Stop()

    class Stuck(Found):
        __slots__ = ()

        def read(self):
            release.wait(10)
            return super().read()

    files = [Found(many / "00.png", PurePath("00.png")), Stuck(many / "01.png", PurePath("01.png"))]
    outcomes = read_files(reader, files, progress)
    assert next(outcomes).status == "ok", "what is ready comes at once"
    threading.Timer(0.1, progress.stopped.set).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        next(outcomes)
    assert time.monotonic() - begun < 5
    release.set()


def test_no_more_is_decoded_than_is_soon_read(many):
    """Memory does not grow with the folder: files are taken as there is room."""
    taken = 0

    def endless():
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield Found(many / "00.png", PurePath("00.png"))

    engine = BatchEngine(2, 2)
    outcomes = read_files(Reader(checkpoint(), engine), endless(), NullProgress())
    for _ in range(10):
        next(outcomes)
    assert taken <= 10 + engine.batch_size * (engine.depth + 1) + 10
    outcomes.close()


@pytest.mark.parametrize(("size", "kept"), [((2500, 1900), (1024, 778)), ((1400, 1400), (1400, 1400))])
def test_of_a_large_scan_no_more_is_kept_than_is_looked_at(reader, tmp_path, size, kept):
    """Picture and reading are those of the whole scan, and how large its file's is can still be told."""
    values = radiograph(1, size=size).astype(np.uint16) * 16
    file = tmp_path / "scan.dcm"
    file.write_bytes(dicom(values, 12, WindowCenter=1500, WindowWidth=1800))
    (outcome,) = read_files(reader, find([file]).files, NullProgress())
    assert outcome.scan.pixels.shape == kept
    whole = decode_file(file)
    assert outcome.reading.probability == pytest.approx(reader.read(whole).probability, abs=1e-6)
    drawn = [overlay(scan.windowed(), outcome.reading) for scan in (outcome.scan, whole)]
    np.testing.assert_array_equal(*drawn)
    told = facts_of(outcome.scan)
    assert (told["height"], told["width"]) == pytest.approx(size, abs=2)


def test_found_says_what_it_was_given():
    found = Found(Path("/scans/deep/a.png"), PurePath("deep/a.png"))
    assert (found.path, found.relative) == (Path("/scans/deep/a.png"), PurePath("deep/a.png"))
    assert (found.where, found.name) == ("/scans/deep/a.png", "a.png")
    same = Found(Path("/scans/deep/a.png"), PurePath("deep/a.png"), b"content")
    assert same == found
    assert hash(same) == hash(found)
    assert found != Found(Path("/scans/deep/a.png"), PurePath("a.png"))


def test_hidden_files_and_folders_are_counted_and_left_out(tmp_path):
    for name in ("a.png", ".b.png", ".c/d.png", "e/.f/g.png", "e/h.png"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    listing = find([tmp_path])
    assert [found.name for found in listing.files] == ["a.png", "h.png"]
    assert listing.hidden == 3


def test_searching_can_be_cancelled(tmp_path):
    (tmp_path / "a").mkdir()
    progress = Stop()
    progress.stopped.set()
    with pytest.raises(Cancelled):
        find([tmp_path], progress)


def test_a_reduced_picture_moves_no_probability_by_more_than_a_fiftieth(data_root):
    """Scans as the machine made them, decoded at full size and as a folder is read."""
    from core.opening import open_reader

    reader = open_reader(precision="fp32").reader
    files = find([data_root / "native"]).files
    outcomes = list(read_files(reader, files, NullProgress()))
    assert {outcome.scan.reduced for outcome in outcomes} > {1} or all(
        outcome.scan.reduced > 1 for outcome in outcomes
    )
    for outcome in outcomes:
        whole = reader.read(decode_file(outcome.found.path))
        assert outcome.reading.probability == pytest.approx(whole.probability, abs=0.02)


def test_the_size_of_the_small_model_is_what_these_tests_think():
    assert checkpoint().preprocessing.size == SIZE
