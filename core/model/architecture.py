"""What is known of each network without building it, so that a model's file is checked without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

#: Width of the hidden layer of the head "mlp".
MLP_HIDDEN = 256

_CLASSES = 2

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Architecture:
    """A backbone.

    Attributes:
        channels: of the last feature map; what the head reads.
        middle: channels of the mid-level features; what the gate reads.
        digest: `digest` of the names and shapes of its weights.
    """

    channels: int
    middle: int
    digest: str


# A test compares these with the networks themselves.
ARCHITECTURES: Mapping[str, Architecture] = {
    "resnet18": Architecture(512, 128, "f89766714987a0c628a6404d8762fa53f96f7f2a38d18a7d866b3a8de85c4732"),
    "densenet121": Architecture(
        1024, 512, "538c623a2c579224d7181476a47deeb2b8c62ce04af705fba71fe5adb7401cfc"
    ),
    "efficientnet_b0": Architecture(
        1280, 40, "ce61b97fb2fb766899d23b1dd1f96ec0540d810ca473601831f80b9c56e963ae"
    ),
}


def digest(shapes: Shapes) -> str:
    """64 hex digits that are equal for weights of the same names and shapes."""
    return hashlib.sha256(repr(sorted(shapes.items())).encode()).hexdigest()


def head_shapes(head: str, channels: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a head's weights by name. Raises KeyError for a head that there is not."""
    return {
        "linear": {"head.weight": (_CLASSES, channels), "head.bias": (_CLASSES,)},
        "mlp": {
            "head.0.weight": (MLP_HIDDEN, channels),
            "head.0.bias": (MLP_HIDDEN,),
            "head.3.weight": (_CLASSES, MLP_HIDDEN),
            "head.3.bias": (_CLASSES,),
        },
    }[head]
