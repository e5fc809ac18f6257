"""OpenVINO's description of a network, which may come from anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.model import library
from core.model.architecture import ARCHITECTURES
from core.model.checkpoint import BACKBONES, BackboneName, Checkpoint, load
from core.model.container import MalformedError
from core.model.graph import MAX_BLOCK, Graph
from core.model.graph_check import check_graph
from tests import models

_ENTITIES = '<!DOCTYPE net [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_FILE = '<!DOCTYPE net [<!ENTITY f SYSTEM "file:///etc/passwd">]>'

Change = Callable[[str], str | bytes]


def checked(graph: Graph, model: Checkpoint) -> None:
    known = ARCHITECTURES[model.backbone]
    sizes = {name: 4 * value.size for name, value in model.weights.items()}
    check_graph(graph, sizes, model.preprocessing.size, (known.channels, known.middle))


def _replaced(old: str, new: str, count: int = 1) -> Change:
    def change(xml: str) -> str:
        assert old in xml
        return xml.replace(old, new, count)

    return change


@pytest.mark.parametrize("backbone", BACKBONES)
def test_what_the_exporter_writes_is_taken(backbone: BackboneName) -> None:
    model = models.checkpoint(backbone)
    checked(model.graphs["fp32"], model)


def test_both_forms_of_the_bundled_model_are_taken() -> None:
    model = load(library.find("bundled"))
    for precision in ("fp32", "int8"):
        checked(model.graphs[precision], model)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda xml: xml.replace("<net", f"{_ENTITIES}<net", 1), "more than a network"),
        (lambda xml: xml.replace("<net", f"{_FILE}<net", 1), "more than a network"),
        (lambda xml: xml.replace("<net", '<?xml-stylesheet href="x"?><net', 1), "more than a"),
        (lambda xml: xml.encode("utf-16"), "more than a network"),
        (lambda xml: xml[: len(xml) // 2], "cannot be understood"),
        (lambda xml: "hello", "cannot be understood"),
        (lambda xml: b"\xff" + xml[21:].encode(), "cannot be understood"),
        (lambda xml: "<net/>", "not a plain network"),
        (lambda xml: "<net>" + "<a>" * 100_000 + "</a>" * 100_000 + "</net>", "not a plain"),
        (lambda xml: xml + " " * (9 << 20), "too long"),
        (_replaced('type="ReLU"', 'type="Loop"'), "an operation that is not allowed (Loop)"),
        (_replaced('type="ReLU"', 'type="../../lib/evil.so"'), "an operation that is not allowed"),
        (_replaced('type="ReLU" version="opset1"', 'type="ReLU" version="extension"'), "not allowed"),
        (_replaced('type="Parameter"', 'type="ReadValue"'), "not allowed (ReadValue)"),
        (_replaced('offset="0"', 'offset="-8"'), "a constant outside the file"),
        (_replaced('offset="0"', f'offset="{MAX_BLOCK}"'), "a constant outside the file"),
        (_replaced('offset="0"', 'offset="18446744073709551608"'), "a number that is none"),
        (_replaced('offset="0"', 'offset="0x10"'), "a number that is none"),
        (_replaced('shape="4" offset="0" size="32"', 'shape="4" offset="0" size="64"'), "outside the file"),
        (_replaced('element_type="i64"', 'element_type="string"'), "a constant outside the file"),
        (_replaced("<dim>64</dim>", "<dim>99999999999</dim>"), "absurdly large"),
        (_replaced("<dim>512</dim>", "<dim>256</dim>", -1), "that of another network"),
        (_replaced("<dim>1</dim>", "<dim>3</dim>"), "that of another network"),
        (_replaced('from-layer="0"', 'from-layer="77777"'), "not a plain network"),
        (_replaced('to-layer="3"', 'to-layer="0"'), "not a plain network"),
    ],
)
def test_anything_else_is_refused(change: Change, words: str) -> None:
    model = models.checkpoint()
    graph = model.graphs["fp32"]
    said = change(graph.xml.decode())
    with pytest.raises(MalformedError) as refused:
        checked(Graph(said.encode() if isinstance(said, str) else said, graph.constants, graph.shared), model)
    assert words in str(refused.value)
