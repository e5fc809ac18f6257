"""Whether an OpenVINO description, which may come from anybody, is that of a backbone and of nothing else.

OpenVINO reads the description with a parser of its own. What it is given has no document type, so no entities
and no other files; only arithmetic of its standard sets; and constants that lie inside the model's own block.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

from core.model.container import MalformedError
from core.model.graph import MAX_BLOCK, Graph

#: DenseNet-121's in int8, the longest, has 1.7 MB and 1,571 layers.
MAX_XML = 8 << 20
MAX_LAYERS = 10_000

#: No side, and no product of sides, of what is computed for one picture comes near these.
_MAX_SIDE = 1 << 20
_MAX_NUMBERS = 1 << 28

_DECLARATION = re.compile(rb'<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?\s*\?>')
_STANDARD = re.compile(r"opset\d{1,2}")

#: Operations that compute something from their inputs alone: no state, no loops, no files, no code.
_OPERATIONS = re.compile(
    r"""
    Abs|AdaptiveAvgPool|Add|AvgPool|BatchNormInference|Broadcast|Clamp|Concat|Const|Convert|Convolution|Divide|
    Elu|Exp|FakeQuantize|Floor|Gather|Gelu|GroupConvolution|HSigmoid|HSwish|MatMul|MaxPool|Maximum|Minimum|Mish|
    Multiply|Negative|PRelu|Pad|Parameter|Power|ReLU|ReduceMax|ReduceMean|ReduceSum|Reshape|Result|ShapeOf|
    Sigmoid|Slice|SoftMax|SoftPlus|Split|Sqrt|Squeeze|StridedSlice|Subtract|Swish|Tanh|Tile|Transpose|Unsqueeze|
    VariadicSplit
    """,
    re.VERBOSE,
)

#: Bits of a number in a constant, by its type.
_BITS = {
    **{"boolean": 8, "i4": 4, "u4": 4, "i8": 8, "u8": 8, "i16": 16, "u16": 16, "f16": 16, "bf16": 16},
    **{"i32": 32, "u32": 32, "f32": 32, "i64": 64, "u64": 64, "f64": 64},
}


def check_graph(graph: Graph, sizes: dict[str, int], size: int, outputs: Iterable[int]) -> None:
    """Look at a graph without OpenVINO.

    Args:
        sizes: bytes that each weight takes as float32, by name.
        size: side of the network's input.
        outputs: channels of what the network answers, in order.

    Raises:
        MalformedError: it is not what Lungfield writes.
    """
    layers = _layers(graph.xml)
    places = {_constant(layer) for layer in layers if layer.get("type") == "Const"}
    for name, offsets in graph.shared.items():
        if name not in sizes or any((offset, sizes[name]) not in places for offset in offsets):
            raise MalformedError("its OpenVINO form does not fit its weights")
    _check_ends(layers, size, list(outputs))


def check_inferred(model: Any) -> None:
    """What OpenVINO itself makes of a description that says other shapes than its constants.

    Args:
        model: an `openvino.Model` that was not compiled yet.

    Raises:
        MalformedError: it would compute absurdly much.
    """
    for operation in model.get_ops():
        for output in operation.outputs():
            sides = [side.get_length() for side in output.get_partial_shape() if side.is_static]
            if math.prod(sides) > _MAX_NUMBERS:
                raise MalformedError("its OpenVINO form computes absurdly large pictures")


def _layers(xml: bytes) -> list[ElementTree.Element]:
    """The layers of a description, each of a kind that is allowed."""
    if len(xml) > MAX_XML:
        raise MalformedError("its OpenVINO form is too long")
    declaration = _DECLARATION.match(xml)
    body = xml[declaration.end() :] if declaration else xml
    # With one encoding and none of these, every parser sees the same: no types, entities, comments, programs
    if b"<!" in body or b"<?" in body or b"\0" in body:
        raise MalformedError("its OpenVINO form holds more than a network")
    try:
        root = ElementTree.fromstring(body.decode("utf-8"))
    except (ElementTree.ParseError, ValueError) as error:
        raise MalformedError("its OpenVINO form cannot be understood") from error
    layers = root.findall("layers/layer")
    if root.tag != "net" or not layers or len(layers) != len(list(root.iter("layer"))):
        raise MalformedError("its OpenVINO form is not a plain network")
    if len(layers) > MAX_LAYERS:
        raise MalformedError("its OpenVINO form has too many layers")
    _check_edges(root, layers)
    for layer in layers:
        kind, standard = layer.get("type", ""), layer.get("version", "")
        if not _OPERATIONS.fullmatch(kind) or not _STANDARD.fullmatch(standard):
            raise MalformedError(f"its OpenVINO form has an operation that is not allowed ({_word(kind)})")
        _check_ports(layer)
    return layers


def _check_edges(root: ElementTree.Element, layers: list[ElementTree.Element]) -> None:
    """Each layer takes only what stands above it, as OpenVINO writes them: nothing goes round in circles."""
    places = {layer.get("id"): place for place, layer in enumerate(layers)}
    edges = [
        (places.get(e.get("from-layer"), -1), places.get(e.get("to-layer"), -1)) for e in root.iter("edge")
    ]
    if len(places) != len(layers) or not all(0 <= start < end for start, end in edges):
        raise MalformedError("its OpenVINO form is not a plain network")


def _check_ports(layer: ElementTree.Element) -> None:
    for port in layer.iter("port"):
        sides = [_whole(dim.text) for dim in port.iter("dim")]
        if any(not -1 <= side <= _MAX_SIDE for side in sides) or math.prod(map(abs, sides)) > _MAX_NUMBERS:
            raise MalformedError("its OpenVINO form computes absurdly large pictures")


def _constant(layer: ElementTree.Element) -> tuple[int, int]:
    """(offset, size) of a constant, whose shape and type must account for its bytes."""
    data = layer.find("data")
    if data is None or len(layer.findall("data")) != 1:
        raise MalformedError("its OpenVINO form has a constant without numbers")
    offset, size = _whole(data.get("offset")), _whole(data.get("size"))
    shape = [_whole(side) for side in data.get("shape", "").split(",") if side.strip()]
    bits = _BITS.get(data.get("element_type", ""), 0) * math.prod(shape)
    inside = 0 <= offset <= MAX_BLOCK and 0 <= size <= MAX_BLOCK - offset
    if not inside or any(side < 0 for side in shape) or size != -(-bits // 8):
        raise MalformedError("its OpenVINO form has a constant outside the file")
    return offset, size


def _check_ends(layers: list[ElementTree.Element], size: int, outputs: list[int]) -> None:
    """One grey picture of the right side goes in, a feature map and pooled features come out."""
    entries = [_sides(layer, "output") for layer in layers if layer.get("type") == "Parameter"]
    ends = [_sides(layer, "input") for layer in layers if layer.get("type") == "Result"]
    fits = (
        entries == [[-1, 1, size, size]]
        and [len(sides) for sides in ends] == [4, 2]
        and [sides[1] for sides in ends] == outputs
    )
    if not fits:
        raise MalformedError("its OpenVINO form is that of another network")


def _sides(layer: ElementTree.Element, end: str) -> list[int]:
    return [_whole(dim.text) for dim in layer.findall(f"{end}/port/dim")]


def _whole(text: str | None) -> int:
    text = (text or "").strip()
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        raise MalformedError("its OpenVINO form has a number that is none")
    return int(text)


def _word(text: str) -> str:
    """A foreign word, so that it can be said."""
    return "".join(letter for letter in text[:30] if letter.isalnum()) or "?"
