from __future__ import annotations

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save, save_file

from core.errors import ModelError
from core.imaging.preprocess import Preprocessing
from core.model.checkpoint import OperatingPoint, load, rounded
from core.model.checkpoint import save as save_checkpoint
from core.model.features import Calibration, FeatureGroup, FeatureStatistics, Layout
from tests.models import checkpoint


def test_everything_comes_back(tmp_path):
    made = replace(
        checkpoint(),
        preprocessing=Preprocessing(64, 0.1, 0.9, standardise=True),
        temperature=1.7,
        operating_points=(OperatingPoint("balanced", 0.4, 0.9, 0.8), OperatingPoint("high", 0.2, 0.95, 0.5)),
        features=FeatureStatistics(
            tuple(
                FeatureGroup(np.full(153, n, np.float32), np.eye(153, dtype=np.float32), n + 0.5, name, kind)
                for n, name, kind in ((1, "children", Calibration(0.4, -1.5)), (2, "adults", None))
            ),
            Layout(np.ones(256, np.float32), np.eye(24, 256, dtype=np.float32), 0.25, 9.5, 0.75),
        ),
        training={"recipe": {"epochs": 3}, "history": [{"epoch": 1, "val_auc": 0.9}]},
        metrics={"children": {"auc": 0.99, "confusion_matrix": {"tn": 1}}},
    )
    save_checkpoint(made, tmp_path / "m.safetensors")
    back = load(tmp_path / "m.safetensors")
    for name in ("name", "backbone", "head", "preprocessing", "temperature", "operating_points", "classes"):
        assert getattr(back, name) == getattr(made, name)
    assert (back.training, back.metrics, back.graphs) == (made.training, made.metrics, made.graphs)
    assert [(group.limit, group.name, group.calibration) for group in back.features.groups] == [
        (1.5, "children", Calibration(0.4, -1.5)),
        (2.5, "adults", None),
    ]
    for group, number in zip(back.features.groups, (1, 2), strict=True):
        np.testing.assert_array_equal(group.mean, np.full(153, number))
        np.testing.assert_array_equal(group.precision, np.eye(153))
    layout = back.features.layout
    assert (layout.rest, layout.limit, layout.upright) == (0.25, 9.5, 0.75)
    np.testing.assert_array_equal(layout.axes, np.eye(24, 256))
    assert back.fingerprint == made.fingerprint
    stored = rounded(made.weights)
    assert back.weights.keys() == stored.keys()
    for name, value in stored.items():
        np.testing.assert_array_equal(back.weights[name], value)


def test_weights_stand_in_the_file_once_and_in_half_precision(tmp_path):
    made = checkpoint()
    save_checkpoint(made, tmp_path / "m.safetensors")
    numbers = sum(value.size for value in made.weights.values())
    assert (tmp_path / "m.safetensors").stat().st_size < 2 * numbers + 300_000


def test_weights_that_lie_channels_last_come_back(tmp_path):
    made = checkpoint()
    name = "backbone.early.0.weight"
    lying = np.ascontiguousarray(made.weights[name].transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    save_checkpoint(replace(made, weights={**made.weights, name: lying}), tmp_path / "m.safetensors")
    np.testing.assert_array_equal(load(tmp_path / "m.safetensors").weights[name], made.weights[name])


def test_what_the_gate_knows_comes_back_however_it_lies_in_memory(tmp_path):
    """Principal components come columns first from the decomposition."""
    random = np.random.default_rng(0)
    axes = np.asfortranarray(random.normal(size=(24, 256)), np.float32)
    precision = np.asfortranarray(random.normal(size=(153, 153)), np.float32)
    group = FeatureGroup(np.ones(153, np.float32), precision, 1.5)
    made = FeatureStatistics((group,), Layout(np.ones(256, np.float32), axes, 0.25, 9.5))
    save_checkpoint(replace(checkpoint(), features=made), tmp_path / "m.safetensors")
    back = load(tmp_path / "m.safetensors").features
    np.testing.assert_array_equal(back.layout.axes, axes)
    np.testing.assert_array_equal(back.groups[0].precision, precision)


def test_a_failed_write_leaves_the_old_model(tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    path.write_bytes(b"old")
    monkeypatch.setattr(
        "os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(Exception, match="No space left"):
        save_checkpoint(checkpoint(), path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["m.safetensors"]


class _Bomb:
    def __reduce__(self):
        return (open, ("bomb went off", "w"))


def test_a_pickle_is_refused_and_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.safetensors").write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(ModelError, match="not a Lungfield model"):
        load(tmp_path / "m.safetensors")
    assert not (tmp_path / "bomb went off").exists()


def test_what_is_no_checkpoint_is_refused_in_one_line(tmp_path):
    path = tmp_path / "m.safetensors"
    with pytest.raises(ModelError, match="no such model"):
        load(path)
    for content in (b"", b"\x00" * 100, b"not a model", save({"a": np.ones(2)})):
        path.write_bytes(content)
        with pytest.raises(ModelError) as refusal:
            load(path)
        assert "\n" not in str(refusal.value)


def _rewritten(tmp_path, change):
    """A valid file with its description changed."""
    path = tmp_path / "m.safetensors"
    save_checkpoint(checkpoint(), path)
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        described = json.loads(file.metadata()["lungfield"])
    tensors = load_file(path)
    change(described, tensors)
    save_file(tensors, path, metadata={"lungfield": json.dumps(described)})
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda d, t: d.update(backbone="../../etc"),
        lambda d, t: d.update(operating_points=[]),
        lambda d, t: d.update(operating_points=[{"threshold": 1}]),
        lambda d, t: d.update(preprocessing={"size": 64, "code": "x"}),
        lambda d, t: d.pop("temperature"),
        lambda d, t: d.update(temperature=0),
        lambda d, t: d.update(preprocessing={"size": 10**9}),
        lambda d, t: d.update(preprocessing={"size": 64, "tone": 1.5}),
        lambda d, t: d.update(preprocessing={"size": 64, "tone": "all"}),
        lambda d, t: d.update(preprocessing={"size": 64, "tone": float("nan")}),
        lambda d, t: d.update(graphs=[1]),
        lambda d, t: t.update({"head.weight": np.full_like(t["head.weight"], np.nan)}),
        lambda d, t: t.pop("head.weight"),
        lambda d, t: t.pop("graph/fp32/xml"),
    ],
)
def test_a_malformed_description_is_refused(tmp_path, change):
    with pytest.raises(ModelError, match="not a valid Lungfield model"):
        load(_rewritten(tmp_path, change))


@pytest.mark.parametrize(("told", "share"), [({"tone": True}, 1), ({"tone": False}, 0), ({}, 0)])
def test_a_model_of_before_the_tone_was_a_share_is_read(tmp_path, told, share):
    path = _rewritten(tmp_path, lambda d, t: d.update(preprocessing={"size": 64, **told}))
    assert load(path).preprocessing == Preprocessing(64, tone=share)


def test_a_newer_format_asks_for_an_update(tmp_path):
    with pytest.raises(ModelError, match="newer Lungfield"):
        load(_rewritten(tmp_path, lambda d, t: d.update(version=99)))
