"""The OpenVINO form of a backbone, with its constants named instead of repeated.

OpenVINO stores a network as XML beside one block of constants. All large constants of a converted
backbone are, byte for byte, weights that the checkpoint holds anyway: `Graph` keeps only where each
goes, and what is left over. So a checkpoint holds its weights once, and a new backbone needs no
second definition for OpenVINO.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

#: Smaller constants are not worth a name.
_WORTH_SHARING = 256

#: The largest block that is unpacked: ResNet-18's has 45 MB.
MAX_BLOCK = 128 << 20


@dataclass(frozen=True)
class Graph:
    """An OpenVINO network.

    Attributes:
        xml: OpenVINO's own description, UTF-8.
        constants: the block of constants, deflated; shared weights are blanked (zeros).
        shared: weight name -> byte offsets in the block at which it stands as float32.
    """

    xml: bytes
    constants: bytes
    shared: dict[str, list[int]]

    def block(self, weights: dict[str, NDArray[Any]]) -> bytes:
        """The whole block of constants.

        Args:
            weights: float32 arrays by name, the checkpoint's.

        Raises:
            KeyError: a weight that the graph names is missing.
            ValueError: the stored block is damaged, or a weight does not fit into it.
        """
        try:
            # Bounded, because a few bytes can be made to inflate into a full memory.
            end = max((offset + size for offset, size in _constants(self.xml)), default=0)
            block = bytearray(zlib.decompressobj().decompress(self.constants, min(end, MAX_BLOCK) + 1))
        except zlib.error as error:
            raise ValueError("damaged constants") from error
        if len(block) != end:
            raise ValueError("constants of another length")
        for name, offsets in self.shared.items():
            data = np.ascontiguousarray(weights[name], np.float32).tobytes()
            for offset in offsets:
                if offset < 0 or offset + len(data) > len(block):
                    raise ValueError(f"{name} does not fit")
                block[offset : offset + len(data)] = data
        return bytes(block)


def share_constants(xml: bytes, block: bytes, weights: dict[str, NDArray[Any]]) -> Graph:
    """The Graph of a serialised OpenVINO network whose constants are largely `weights` (float32)."""
    names = {_digest(np.ascontiguousarray(value).tobytes()): name for name, value in weights.items()}
    left = bytearray(block)
    shared: dict[str, list[int]] = {}
    for offset, size in sorted(set(_constants(xml))):
        name = names.get(_digest(block[offset : offset + size])) if size >= _WORTH_SHARING else None
        if name is not None:
            shared.setdefault(name, []).append(offset)
            left[offset : offset + size] = bytes(size)
    return Graph(xml, zlib.compress(bytes(left), 6), shared)


def _constants(xml: bytes) -> list[tuple[int, int]]:
    """(offset, size) of every constant in an OpenVINO XML."""
    layers = ElementTree.fromstring(xml).iter("layer")
    data = [layer.find("data") for layer in layers if layer.get("type") == "Const"]
    return [(int(d.get("offset", 0)), int(d.get("size", 0))) for d in data if d is not None]


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
