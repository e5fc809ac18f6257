"""Reading labelled scans: which ones, what is kept of them, and what is said of those that cannot be read."""

import gc
import json
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets.dataset import find_samples
from core.datasets.table import write_table
from core.engine.openvino_engine import OpenVinoEngine
from core.errors import DatasetError
from core.model.features import FeatureGroup, FeatureStatistics
from core.progress import Cancelled, NullProgress
from core.reading.reader import Reader
from core.scoring.evaluation import evaluate, model_line, of_source, score, scored_of
from core.scoring.metrics import metrics
from tests.datasets import write_dataset
from tests.models import checkpoint


@pytest.fixture(scope="module")
def reader():
    return Reader(checkpoint(), OpenVinoEngine(checkpoint()))


@pytest.fixture
def scans(tmp_path):
    return write_dataset(tmp_path / "ward", 4)


def test_every_scan_is_there_in_order_with_what_the_reader_says_of_it(reader, scans):
    heard = []
    samples = find_samples(scans)
    found = score(reader, samples, "ward 7", NullProgress(), heard.append, model_path=Path("m.safetensors"))
    assert [scan.path for scan in found.scans] == [sample.path for sample in samples]
    assert found.labels.tolist() == [0] * 4 + [1] * 4
    assert found.probabilities.tolist() == [outcome.reading.probability for outcome in heard]
    assert {scan.patient for scan in found.scans} == {"person1", "person2", "person1001", "person1002"}
    assert all(len(scan.sha256) == 64 for scan in found.scans)
    assert (found.name, found.model, found.model_path) == ("ward 7", checkpoint().name, Path("m.safetensors"))
    assert found.fingerprint == checkpoint().fingerprint
    assert found.threshold == checkpoint().threshold
    assert model_line(found) == f"{checkpoint().name}, {reader.engine_words}"


def test_a_dataset_with_a_test_part_is_scored_on_that(reader, tmp_path):
    root = tmp_path / "ward"
    write_dataset(root / "train", 6)
    write_dataset(root / "test", 2, first=50, start=50)
    found = of_source(reader, root, NullProgress())
    assert len(found.scans) == 4
    assert all(scan.path.is_relative_to(root / "test") for scan in found.scans)
    assert found.name == "ward"


def test_a_table_is_scored_as_the_folder_is(reader, scans, tmp_path):
    table = tmp_path / "lists" / "held_out.csv"
    table.parent.mkdir()
    write_table(table, find_samples(scans))
    from_table, from_folder = (of_source(reader, source, NullProgress()) for source in (table, scans))
    assert from_table == from_folder


def test_what_cannot_be_read_is_counted_and_what_is_rejected_is_scored_too(scans):
    (scans / "NORMAL" / "broken.png").write_bytes(b"\x89PNG and no more")
    far = FeatureStatistics(
        (FeatureGroup(np.full(128, 1e3, np.float32), np.eye(128, dtype=np.float32), 1.0),)
    )
    strict = replace(checkpoint(), features=far)
    found = of_source(Reader(strict, OpenVinoEngine(strict)), scans, NullProgress())
    assert (len(found.scans), found.failed, found.rejected) == (9, 1, 8)
    broken = next(scan for scan in found.scans if scan.status == "failed")
    assert (broken.probability, broken.path.name) == (None, "broken.png")
    assert broken.reason
    assert all(scan.reason for scan in found.scans)
    scored = scored_of(found)
    result = metrics(scored, 0.5)
    assert (result["n"], result["failed"], result["rejected"]) == (8, 1, 8)


def test_copies_join_their_patients(reader, scans):
    first = next((scans / "NORMAL").glob("person1_0*"))
    (scans / "NORMAL" / "person77_9.png").write_bytes(first.read_bytes())
    scored = scored_of(of_source(reader, scans, NullProgress()))
    assert len(scored.labels) == 9
    assert len(set(scored.patients)) == 4


def test_patients_of_two_datasets_with_one_key_are_two(reader, tmp_path):
    samples = find_samples(write_dataset(tmp_path / "a", 2)) + find_samples(
        write_dataset(tmp_path / "b", 2, first=9)
    )
    assert len(set(scored_of(score(reader, samples, "both", NullProgress())).patients)) == 4


def test_nothing_that_can_be_read_is_the_users_problem(reader, tmp_path):
    for name in ("NORMAL", "PNEUMONIA"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError, match="not one scan"):
        of_source(reader, tmp_path, NullProgress())
    with pytest.raises(DatasetError):
        score(reader, [], "nothing", NullProgress())


def test_cancel_comes_through_and_progress_counts_the_scans(reader, scans):
    class Stopping(NullProgress):
        def __init__(self):
            self.told = []

        def report(self, fraction, text=""):
            self.told.append((fraction, text))

        def check(self):
            if len(self.told) >= 3:
                raise Cancelled

    stopping = Stopping()
    with pytest.raises(Cancelled):
        of_source(reader, scans, stopping)
    assert stopping.told[0] == (1 / 8, "read 1 of 8")


def test_evaluate_leaves_the_contract(reader, scans, tmp_path):
    result = evaluate(reader, scans, tmp_path / "out", NullProgress())
    assert json.loads((tmp_path / "out" / "metrics.json").read_text()) == result
    assert (tmp_path / "out" / "report.pdf").stat().st_size > 10_000


def test_an_evaluation_keeps_no_pixels(reader, scans):
    """Of thousands of scans neither pictures nor evidence may stay in memory."""
    kept = []

    def remember(outcome):
        kept.extend((weakref.ref(outcome.scan), weakref.ref(outcome.reading.heatmap)))

    found = of_source(reader, scans, NullProgress(), remember)
    gc.collect()
    assert (len(found.scans), len(kept)) == (8, 16)
    assert not any(each() is not None for each in kept)
