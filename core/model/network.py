"""The networks: a torchvision backbone cut at its last feature map, and one of two heads."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.model.architecture import MLP_HIDDEN
from core.model.checkpoint import BackboneName, HeadName
from core.model.focus import lung_weights
from core.model.torchvision_compat import prepare_torchvision

prepare_torchvision()

from torchvision import models  # noqa: E402 - needs the line above

_CLASSIFIER = ("fc.", "classifier.")

M = TypeVar("M", bound=nn.Module)

#: Share of the MLP head's hidden layer that is dropped while training.
MLP_DROPOUT = 0.5


class Backbone(nn.Module):
    """Everything before the pooling.

    `early` ends at the stage whose stride is 8: its pooled channels tell what kind of picture this
    is (texture, edges) better than the last layer's, which only know what pneumonia looks like.

    Attributes:
        focus: weights of the cells of the feature map [1, 1, h, w], 1 on average; None: all alike.
    """

    focus: Tensor | None

    def __init__(self, early: nn.Module, late: nn.Module, channels: int) -> None:
        super().__init__()
        self.early = early
        self.late = late
        self.channels = channels
        self.register_buffer("focus", None)
        self._fits = False  # the weights are those of the map's own size

    def focus_on_lungs(self) -> None:
        """Weigh the feature map by where lungs are: see `core.model.focus`."""
        self.register_buffer("focus", torch.from_numpy(lung_weights())[None, None])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Read a batch.

        Args:
            x: float [N, 1, S, S], preprocessed grey scans.

        Returns:
            the feature map F [N, C, h, w], weighed by `focus`, and the pooled mid-level features [N, M].
        """
        # torchvision's networks, and ImageNet's weights, want three channels.
        middle = self.early(x.expand(-1, 3, -1, -1))
        maps = self.late(middle)
        if self.focus is not None:
            maps = maps * (self.focus if self._fits else _at_size(self.focus, *maps.shape[-2:]))
        return maps, middle.mean((2, 3))

    @contextlib.contextmanager
    def made_for(self, size: int) -> Iterator[None]:
        """Within it the network can be traced, where sizes are no numbers: for inputs of `size` pixels."""
        focus = self.focus
        if focus is not None:
            with torch.inference_mode():
                maps, _ = self(torch.zeros(1, 1, size, size))
            self.focus, self._fits = _at_size(focus, *maps.shape[-2:]), True
        try:
            yield
        finally:
            self.focus, self._fits = focus, False


def _at_size(focus: Tensor, height: int, width: int) -> Tensor:
    """The weights for a map of another size, still 1 on average."""
    if focus.shape[-2:] == (height, width):
        return focus
    weights = functional.interpolate(focus, size=(height, width), mode="area")
    return weights / weights.mean()


class Network(nn.Module):
    """A backbone and a head; `forward` is what training needs."""

    def __init__(self, backbone: Backbone, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, x: Tensor) -> Tensor:
        """Logits [N, 2] (NORMAL, PNEUMONIA) of preprocessed scans float [N, 1, S, S]."""
        features, _ = self.backbone(x)
        return cast(Tensor, self.head(features.mean((2, 3))))


def build(
    backbone: BackboneName,
    head: HeadName,
    pretrained: Mapping[str, Tensor] | None = None,
    focus: bool = False,
) -> Network:
    """A network with random weights, from torch's global generator.

    Args:
        focus: weigh the feature map by where lungs are.
        pretrained: torchvision's weights by torchvision's names; a classifier among them is passed over.

    Raises:
        ValueError: an architecture that Lungfield does not have.
        RuntimeError: `pretrained` does not fit it.
    """
    if backbone not in _CUTS:
        raise ValueError(f"no such backbone: {backbone}")
    # torchvision makes a classifier too, which is thrown away with the cut; two classes keep it small.
    whole = models.get_model(backbone, weights=None, num_classes=2)
    if pretrained is not None:
        classifier = {
            name: value for name, value in whole.state_dict().items() if name.startswith(_CLASSIFIER)
        }
        body = {name: value for name, value in pretrained.items() if not name.startswith(_CLASSIFIER)}
        whole.load_state_dict({**body, **classifier})
    cut = _CUTS[backbone](whole)
    if focus:
        cut.focus_on_lungs()
    return Network(cut, build_head(head, cut.channels))


def imagenet_weights(backbone: BackboneName) -> dict[str, Tensor]:
    """torchvision's ImageNet weights by its own names, downloaded or from torch's cache.

    Raises:
        urllib.error.URLError, OSError: no connection.
    """
    # torch writes that it is downloading to stderr, where only errors belong.
    with contextlib.redirect_stderr(io.StringIO()):
        # Through the whole network, because torchvision renames DenseNet's old names on the way.
        return dict(models.get_model(backbone, weights="DEFAULT").state_dict())


def build_head(head: HeadName, channels: int) -> nn.Module:
    """A head for pooled features [N, channels]."""
    if head == "linear":
        return nn.Linear(channels, 2)
    if head == "mlp":
        return nn.Sequential(
            nn.Linear(channels, MLP_HIDDEN), nn.ReLU(), nn.Dropout(MLP_DROPOUT), nn.Linear(MLP_HIDDEN, 2)
        )
    raise ValueError(f"no such head: {head}")


def channels_last(module: M) -> M:
    """The module with its convolutions laid out as CPUs with oneDNN, and tensor cores, like them."""
    return cast(M, module.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


def _cut_resnet18(net: models.ResNet) -> Backbone:
    early = nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool, net.layer1, net.layer2)
    return Backbone(early, nn.Sequential(net.layer3, net.layer4), 512)


def _cut_densenet121(net: models.DenseNet) -> Backbone:
    stages = list(net.features.children())
    # torchvision applies this last ReLU in forward(), outside `features`.
    late = nn.Sequential(*stages[_DENSENET_EARLY:], nn.ReLU(inplace=True))
    return Backbone(nn.Sequential(*stages[:_DENSENET_EARLY]), late, 1024)


def _cut_efficientnet_b0(net: models.EfficientNet) -> Backbone:
    stages = list(net.features.children())
    return Backbone(
        nn.Sequential(*stages[:_EFFICIENTNET_EARLY]), nn.Sequential(*stages[_EFFICIENTNET_EARLY:]), 1280
    )


# conv0, norm0, relu0, pool0, denseblock1, transition1, denseblock2
_DENSENET_EARLY = 7
# the stem and three stages of inverted residuals
_EFFICIENTNET_EARLY = 4

_CUTS: dict[str, Callable[..., Backbone]] = {
    "resnet18": _cut_resnet18,
    "densenet121": _cut_densenet121,
    "efficientnet_b0": _cut_efficientnet_b0,
}
