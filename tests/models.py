"""Small checkpoints with random weights, made once for each architecture."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from core.imaging.preprocess import Preprocessing
from core.model.checkpoint import BackboneName, Checkpoint, HeadName, rounded
from core.model.export import export_graphs
from core.model.network import Network, build

SIZE = 64


@cache
def network(backbone: BackboneName = "resnet18", head: HeadName = "linear") -> Network:
    """A network in evaluation mode whose weights are already what a checkpoint stores."""
    torch.manual_seed(7)
    made = build(backbone, head)
    # Normalisation statistics of real pictures: with those of a fresh network, deep backbones answer 1e-13.
    made.train()
    with torch.no_grad():
        for module in made.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None
        for _ in range(3):
            made(torch.randn(8, 1, SIZE, SIZE))
    made.eval()
    weights = {name: value.numpy() for name, value in made.state_dict().items()}
    made.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in rounded(weights).items()})
    return made


@cache
def checkpoint(
    backbone: BackboneName = "resnet18", head: HeadName = "linear", int8: bool = False
) -> Checkpoint:
    """A checkpoint that reads at 64 px, with its OpenVINO forms."""
    made = network(backbone, head)
    random = np.random.default_rng(0)
    calibration = [random.standard_normal((1, 1, SIZE, SIZE), np.float32) for _ in range(8 if int8 else 0)]
    return Checkpoint(
        name=f"test {backbone} {head}",
        backbone=backbone,
        head=head,
        weights={name: value.numpy().copy() for name, value in made.state_dict().items()},
        preprocessing=Preprocessing(SIZE),
        graphs=export_graphs(made.backbone, SIZE, calibration),
    )
