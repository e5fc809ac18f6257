from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath

import cv2
import numpy as np
import pytest

from core.engine.openvino_engine import OpenVinoEngine
from core.engine.torch_engine import TorchEngine
from core.errors import ScanError
from core.imaging.preprocess import normalise
from core.imaging.scan import Scan, Window
from core.model.checkpoint import OperatingPoint
from core.model.features import Calibration, FeatureGroup, FeatureStatistics
from core.progress import NullProgress
from core.reading.finding import Found
from core.reading.folder import read_files
from core.reading.gate import Verdict
from core.reading.reader import Reader, probability
from tests.models import checkpoint
from tests.pictures import radiograph


@pytest.fixture(scope="module")
def engine():
    return OpenVinoEngine(checkpoint())


def _scan(seed=0, **facts):
    return Scan(radiograph(seed).astype(np.float32) / 255, **facts)


def test_the_map_the_temperature_and_the_probability_belong_together(engine):
    model = replace(checkpoint(), temperature=2.5)
    reading = Reader(model, engine).read(_scan())
    bias = model.weights["head.bias"]
    log_odds = reading.heatmap.sum() + (bias[1] - bias[0]) / 2.5
    assert reading.probability == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-5)


def test_a_kind_of_scan_has_its_own_calibration(engine):
    """Map and probability are those of the nearest kind; a kind without takes the model's temperature."""
    plain = Reader(checkpoint(), engine)
    spec = checkpoint().preprocessing
    middle = engine.begin(normalise(plain.prepare(_scan()).picture[None], spec)[:, None])().middle[0]
    precision = np.eye(len(middle), dtype=np.float32)
    far = FeatureGroup(middle + 9, precision, 1.0, "far", Calibration(9.0, 9.0))
    bias = checkpoint().weights["head.bias"]
    before = plain.read(_scan())
    for kind, temperature, offset in ((Calibration(0.5, -1.25), 0.5, -1.25), (None, 2.5, 0.0)):
        near = FeatureGroup(middle, precision, 1.0, "near", kind)
        model = replace(checkpoint(), temperature=2.5, features=FeatureStatistics((far, near)))
        reading = Reader(model, engine).read(_scan())
        assert reading.heatmap == pytest.approx(before.heatmap / temperature, rel=1e-5)
        log_odds = reading.heatmap.sum() + (bias[1] - bias[0]) / temperature + offset
        assert reading.probability == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-5)
        assert model.fingerprint != checkpoint().fingerprint


def test_a_batch_reads_as_its_scans_do_alone(engine):
    reader = Reader(checkpoint(), engine)
    scans = [_scan(seed) for seed in range(3)]
    together = [r.probability for r in reader.read_batch(scans)]
    assert together == pytest.approx([reader.read(s).probability for s in scans], abs=1e-6)


def test_the_label_follows_the_threshold_and_confidence_the_label(engine):
    p = Reader(checkpoint(), engine).read(_scan()).probability
    above, below = (Reader(checkpoint(), engine, threshold=t).read(_scan()) for t in (p + 1e-6, p - 1e-6))
    assert (above.label, above.confidence) == ("NORMAL", pytest.approx(1 - p))
    assert (below.label, below.confidence) == ("PNEUMONIA", pytest.approx(p))


def test_the_default_threshold_is_the_first_operating_point(engine):
    points = (OperatingPoint("balanced", 0.37, 0.9, 0.9), OperatingPoint("other", 0.9, 0.5, 1.0))
    assert Reader(replace(checkpoint(), operating_points=points), engine).read(_scan()).threshold == 0.37


def test_the_scan_is_read_as_its_file_asks_to_be_displayed(engine):
    reader = Reader(checkpoint(), engine)
    narrow = Window(0.3, 0.6)
    assert (
        reader.read(_scan(window=narrow)).probability
        == reader.read(Scan(narrow.apply(_scan().pixels))).probability
        != reader.read(_scan()).probability
    )


def test_probability_does_not_overflow():
    assert probability(np.array([-1e4, -1.0, 0.0, 1e4])).tolist() == pytest.approx([0, 0.2689414, 0.5, 1])


def test_an_answer_that_is_no_number_is_no_reading():
    """Not NORMAL, which NaN would be by any threshold."""
    weights = dict(checkpoint().weights)
    name = next(name for name in weights if name.endswith("running_var"))
    weights[name] = np.full_like(weights[name], np.nan)
    model = replace(checkpoint(), weights=weights)
    with pytest.raises(ScanError, match=r"^b\.png was not read, as the network's answer is not a number"):
        Reader(model, TorchEngine(model, "cpu")).read(_scan(source="/a/b.png"))


def test_moving_the_threshold_gives_what_reading_with_it_gives(engine):
    reading = Reader(checkpoint(), engine, threshold=0.0).read(_scan())
    assert reading.label == "PNEUMONIA"
    for threshold in (0.0, reading.probability, 1.0):
        again = Reader(checkpoint(), engine, threshold=threshold).read(_scan())
        moved = reading.at(threshold)
        assert (moved.label, moved.threshold) == (again.label, again.threshold)
        assert moved.confidence == pytest.approx(again.confidence)


def test_unsure_is_nearer_to_the_threshold_than_the_band(engine):
    reading = Reader(checkpoint(), engine).read(_scan())
    p = reading.probability
    assert reading.at(p + 0.05).is_unsure(0.06)
    assert reading.at(p - 0.05).is_unsure(0.06)
    assert not reading.at(p + 0.05).is_unsure(0.04)
    assert not reading.at(p).is_unsure(0)


def test_evidence_is_a_map_that_is_there_of_a_scan_that_the_gate_accepts(engine):
    reading = replace(Reader(checkpoint(), engine).read(_scan()), verdict=Verdict())
    assert reading.evidence is reading.heatmap
    assert reading.without_map().evidence is None
    assert replace(reading, verdict=Verdict(("it is no chest",))).evidence is None


def test_what_lies_in_memory_is_read_like_a_file(engine, tmp_path):
    file = tmp_path / "scan.png"
    cv2.imwrite(str(file), radiograph(3))
    reader = Reader(checkpoint(), engine)
    pasted = Found(Path("Pasted picture 1"), PurePath("Pasted picture 1"), file.read_bytes())
    named = Found(file, PurePath("scan.png"))
    from_memory, from_file = read_files(reader, [pasted, named], NullProgress())
    assert from_memory.status == from_file.status != "failed"
    assert from_memory.sha256 == from_file.sha256
    assert from_memory.reading.probability == from_file.reading.probability
