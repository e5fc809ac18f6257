"""Evidence weighed by where lungs are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.engine.openvino_engine import OpenVinoEngine
from core.engine.torch_engine import TorchEngine
from core.imaging.preprocess import Preprocessing
from core.learning.initial import initial_network, settled
from core.learning.recipe import Recipe
from core.model import checkpoint
from core.model.checkpoint import Checkpoint
from core.model.export import export_graphs
from core.model.focus import SIDE, lung_weights
from core.model.network import build
from core.reading.head import Head
from core.reading.heatmap import evidence_map
from tests import models

SIZE = 224


def test_the_weights_are_those_of_two_lungs():
    weights = lung_weights()
    assert weights.shape == (SIDE, SIDE)
    assert weights.mean() == pytest.approx(1)
    assert (weights >= 0).all()
    assert (weights == weights[:, ::-1]).all()
    border = np.concatenate([weights[0], weights[-1], weights[:, 0], weights[:, -1]])
    assert border.max() < 0.5
    assert weights[2, 2] > 2 * weights[2, 3], "beside the spine there is more than on it"


@pytest.fixture(scope="module")
def focused():
    """A checkpoint with small random weights that is focused, and the same one that is not."""
    plain = models.network("efficientnet_b0")
    network = build("efficientnet_b0", "linear", focus=True).eval()
    network.load_state_dict({**plain.state_dict(), "backbone.focus": network.backbone.focus})
    weights = {name: value.numpy().copy() for name, value in network.state_dict().items()}
    rounded = checkpoint.rounded(weights)
    network.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in rounded.items()})
    whole = Checkpoint(
        name="focused",
        backbone="efficientnet_b0",
        head="linear",
        weights=rounded,
        preprocessing=Preprocessing(SIZE),
        graphs=export_graphs(network.backbone, SIZE),
    )
    return whole, replace(
        whole, weights={n: v for n, v in rounded.items() if n != "backbone.focus"}, graphs={}
    )


def test_a_file_keeps_it_and_both_engines_say_the_same(focused, tmp_path):
    whole, plain = focused
    checkpoint.save(whole, tmp_path / "f.safetensors")
    back = checkpoint.load(tmp_path / "f.safetensors")
    assert back.is_focused
    assert back.fingerprint == whole.fingerprint != plain.fingerprint
    batch = np.random.default_rng(0).standard_normal((2, 1, SIZE, SIZE), np.float32)
    one, other = TorchEngine(back, "cpu").features(batch), OpenVinoEngine(back, "fp32").features(batch)
    np.testing.assert_allclose(other.maps, one.maps, atol=1e-3 * np.abs(one.maps).max())
    np.testing.assert_allclose(other.middle, one.middle, atol=1e-3 * np.abs(one.middle).max())
    unweighed = TorchEngine(plain, "cpu").features(batch)
    np.testing.assert_allclose(one.maps, unweighed.maps * lung_weights(), rtol=2e-3, atol=1e-4)
    np.testing.assert_array_equal(one.middle, unweighed.middle)
    head = Head(back.head_layers())
    evidence = evidence_map(one.maps, head.gradient(one.pooled))
    bias = back.weights["head.bias"][1] - back.weights["head.bias"][0]
    np.testing.assert_allclose(evidence.sum((1, 2)) + bias, head.log_odds(one.pooled), rtol=1e-4, atol=1e-5)


def test_maps_of_another_size_are_weighed_alike():
    backbone = build("efficientnet_b0", "linear", focus=True).backbone
    seen = {}
    backbone.late.register_forward_hook(lambda _, __, maps: seen.update(maps=maps))
    with torch.inference_mode():
        weighed, _ = backbone.eval()(torch.randn(1, 1, 128, 128))
    weights = (weighed / seen["maps"])[0, 0]
    assert weights.shape == (4, 4)
    assert weights.mean().item() == pytest.approx(1, abs=1e-3)
    assert torch.allclose(weights, weights.flip(1), atol=1e-3)


@pytest.mark.parametrize(("asked", "has"), [(None, True), (False, False), (True, True)])
def test_further_training_keeps_it_unless_told_otherwise(focused, tmp_path, asked, has):
    checkpoint.save(focused[0], tmp_path / "f.safetensors")
    recipe = Recipe(backbone="efficientnet_b0", init=str(tmp_path / "f.safetensors"), focus=asked)
    settled_recipe = settled(recipe)
    assert settled_recipe.focus is has
    assert (initial_network(settled_recipe).backbone.focus is not None) == has


def test_further_training_of_one_without_is_without(tmp_path):
    checkpoint.save(models.checkpoint("efficientnet_b0"), tmp_path / "p.safetensors")
    recipe = Recipe(backbone="efficientnet_b0", init=str(tmp_path / "p.safetensors"))
    assert settled(recipe).focus is False
    assert initial_network(settled(recipe)).backbone.focus is None
    told = settled(replace(recipe, focus=True))
    assert initial_network(told).backbone.focus is not None
