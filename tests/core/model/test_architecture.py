"""What is said of the networks without torch, against the networks."""

from __future__ import annotations

import pytest
import torch

from core.model.architecture import ARCHITECTURES, digest, head_shapes
from core.model.checkpoint import BACKBONES, HEADS, BackboneName, HeadName
from core.model.network import build_head
from tests import models


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_backbone_is_what_is_said_of_it(backbone: BackboneName) -> None:
    network, known = models.network(backbone), ARCHITECTURES[backbone]
    shapes = {f"backbone.{name}": tuple(each.shape) for name, each in network.backbone.state_dict().items()}
    assert digest(shapes) == known.digest
    with torch.inference_mode():
        features, middle = network.backbone(torch.zeros(1, 1, models.SIZE, models.SIZE))
    assert (features.shape[1], middle.shape[1]) == (known.channels, known.middle)


@pytest.mark.parametrize("head", HEADS)
def test_a_head_is_what_is_said_of_it(head: HeadName) -> None:
    shapes = {f"head.{name}": tuple(each.shape) for name, each in build_head(head, 512).state_dict().items()}
    assert shapes == head_shapes(head, 512)


def test_every_backbone_is_known() -> None:
    assert tuple(ARCHITECTURES) == BACKBONES


def test_the_digest_tells_names_and_shapes_apart() -> None:
    same = digest({"a": (1, 2), "b": (3,)})
    assert same == digest({"b": (3,), "a": (1, 2)})
    assert same not in {digest({"a": (2, 1), "b": (3,)}), digest({"a": (1, 2), "c": (3,)})}
