from __future__ import annotations

import numpy as np
import pytest
import torch

from core.engine.torch_engine import TorchEngine
from core.model.checkpoint import BACKBONES, HEADS
from core.reading.head import Head
from core.reading.heatmap import evidence_map
from tests.models import SIZE, checkpoint, network


def _inputs(count=3):
    return np.random.default_rng(5).standard_normal((count, 1, SIZE, SIZE), np.float32)


class _LogOdds:
    """grad-cam's target: the difference of the logits, for one picture of the batch."""

    def __call__(self, logits):
        return logits[1] - logits[0]


class _Whole(torch.nn.Module):
    """The network with its last feature map behind a module that grad-cam can hook."""

    def __init__(self, net):
        super().__init__()
        self.net, self.maps = net, torch.nn.Identity()

    def forward(self, x):
        features, _ = self.net.backbone(x)
        return self.net.head(self.maps(features).mean((2, 3)))


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("backbone", BACKBONES)
def test_equals_the_reference_package(backbone, head):
    # Imports torchvision, which beside a CPU build of torch needs what tests.models has imported by now
    from pytorch_grad_cam import GradCAM

    model, whole = checkpoint(backbone, head), _Whole(network(backbone, head))
    inputs = _inputs()
    features = TorchEngine(model, "cpu").features(inputs)
    ours = evidence_map(features.maps, Head(model.head_layers()).gradient(features.pooled))
    with GradCAM(model=whole, target_layers=[whole.maps]) as cam:
        weights_and_maps = []
        original = cam.get_cam_image

        def unscaled(*arguments, **more):
            # What the package computes before it clips and stretches it for display.
            weights_and_maps.append(original(*arguments, **more))
            return weights_and_maps[-1]

        cam.get_cam_image = unscaled
        cam(input_tensor=torch.from_numpy(inputs), targets=[_LogOdds() for _ in inputs])
    reference = weights_and_maps[0]
    assert reference.shape == ours.shape
    assert np.abs(ours - reference).max() <= 1e-4 * np.abs(reference).max()


@pytest.mark.parametrize("head", HEADS)
def test_log_odds_and_gradient_are_torchs(head):
    model, net = checkpoint("resnet18", head), network("resnet18", head)
    pooled = np.random.default_rng(2).random((6, 512), np.float32)
    x = torch.from_numpy(pooled).double().requires_grad_()
    logits = net.head.double()(x)
    net.head.float()
    margin = logits[:, 1] - logits[:, 0]
    margin.sum().backward()
    ours = Head(model.head_layers())
    np.testing.assert_allclose(ours.log_odds(pooled), margin.detach().numpy(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.gradient(pooled), x.grad.numpy(), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_with_a_linear_head_the_map_adds_up_to_the_log_odds(backbone):
    model = checkpoint(backbone, "linear")
    features = TorchEngine(model, "cpu").features(_inputs())
    head = Head(model.head_layers())
    maps = evidence_map(features.maps, head.gradient(features.pooled))
    bias = model.weights["head.bias"]
    np.testing.assert_allclose(
        maps.sum((1, 2)) + bias[1] - bias[0], head.log_odds(features.pooled), rtol=1e-4, atol=1e-4
    )
