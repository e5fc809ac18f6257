from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.imaging.preprocess import Preprocessing, normalise
from core.learning.augment import POLICIES, Augmentation, Augmenter, Mix, normalise_batch
from tests.pictures import radiograph


def _pictures(count=4, side=96):
    stacked = np.stack([radiograph(seed, size=(side, side)) for seed in range(count)])
    return torch.from_numpy(stacked).float()[:, None] / 255


@pytest.mark.parametrize("policy", POLICIES)
def test_pictures_stay_pictures(policy):
    before = _pictures()
    after = Augmenter(POLICIES[policy], 1)(before)
    assert (after.shape, after.dtype) == (before.shape, before.dtype)
    assert after.min() >= 0
    assert after.max() <= 1


def test_the_same_seed_is_the_same_change():
    one, again, other = (Augmenter(POLICIES["strong"], seed)(_pictures()) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_without_a_policy_nothing_changes():
    assert torch.equal(Augmenter(POLICIES["none"], 1)(_pictures()), _pictures())


def test_flip_mirrors_left_and_right():
    assert torch.allclose(Augmenter(Augmentation(flip=1), 0)(_pictures()), _pictures().flip(3), atol=1e-4)


def test_a_turn_moves_the_corner_and_not_the_centre():
    spot = torch.zeros(1, 1, 101, 101)
    spot[0, 0, 50, 50] = spot[0, 0, 50, 90] = 1
    turned = Augmenter(Augmentation(rotate=90), 5)(spot)
    assert turned[0, 0, 49:52, 49:52].max() > 0.9
    rows, columns = torch.nonzero(turned[0, 0] > 0.2, as_tuple=True)
    outer = max(
        zip(rows.tolist(), columns.tolist(), strict=True), key=lambda p: (p[0] - 50) ** 2 + (p[1] - 50) ** 2
    )
    assert ((outer[0] - 50) ** 2 + (outer[1] - 50) ** 2) ** 0.5 == pytest.approx(40, abs=1.5)
    assert outer != (50, 90)


@pytest.mark.parametrize(
    "field", ["gamma", "contrast", "gain", "blur", "noise", "detail", "erase", "scale", "aspect", "shift"]
)
def test_every_kind_of_change_does_something(field):
    policy = replace(Augmentation(), **{field: getattr(POLICIES["wide"], field) or 0.2})
    changed = [
        not torch.allclose(Augmenter(policy, s)(_pictures()), _pictures(), atol=1e-3) for s in range(6)
    ]
    assert any(changed)


def test_erasing_covers_one_rectangle_with_one_grey():
    flat = torch.full((1, 1, 64, 64), 0.5)
    after = Augmenter(Augmentation(erase=1), 3)(flat)[0, 0]
    rows, columns = torch.nonzero(after != 0.5, as_tuple=True)
    box = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert len(box.unique()) == 1
    assert 0.002 < box.numel() / after.numel() < 0.17


@pytest.mark.parametrize(
    "spec",
    [
        Preprocessing(),
        Preprocessing(96, 0.0, 1.0, standardise=True),
        Preprocessing(96, 0.0, 1.0, standardise=True, tone=1.0),
        Preprocessing(96, 0.0, 1.0, standardise=True, tone=0.5),
    ],
)
def test_training_and_reading_normalise_alike(spec):
    pictures = _pictures()
    ours = normalise_batch(pictures, spec).numpy()
    np.testing.assert_allclose(ours, normalise(pictures.numpy(), spec), atol=2e-5)


def test_fine_structures_are_made_weaker_and_stronger():
    before = _pictures(24)

    def roughness(pictures: torch.Tensor) -> torch.Tensor:
        return (pictures[..., 1:] - pictures[..., :-1])[..., 8:-8].std((1, 2, 3))

    changed = roughness(Augmenter(Augmentation(detail=0.8), 2)(before)) / roughness(before)
    assert changed.min() < 0.75
    assert changed.max() > 1.3


def test_a_mixed_batch_keeps_the_larger_share_of_each():
    pictures, labels = _pictures(8), torch.tensor([0, 1] * 4)
    mixed, shares = Mix(0.4, 3)(pictures, labels)
    assert torch.allclose(shares.sum(1), torch.ones(8))
    assert torch.equal(shares.argmax(1), labels)
    own = shares[torch.arange(8), labels].min().item()
    assert 0.5 <= own < 1
    nearest = torch.cdist(mixed.flatten(1), pictures.flatten(1)).argmin(1)
    assert torch.equal(nearest, torch.arange(8))
    assert not torch.allclose(mixed, pictures, atol=1e-3)


def test_what_is_not_to_be_mixed_stays_as_it_is():
    pictures, labels = _pictures(), torch.tensor([0, 1, 0, 1])
    mixed, same = Mix(0, 3)(pictures, labels)
    assert mixed is pictures
    assert same is labels


def test_pictures_that_are_not_moved_stay_sharp():
    still = Augmentation(rotate=15, scale=0.2, shift=0.1, often=0.5)
    before = _pictures(16)
    same = [torch.allclose(a, b, atol=1e-5) for a, b in zip(Augmenter(still, 1)(before), before, strict=True)]
    assert 3 <= sum(same) <= 13
