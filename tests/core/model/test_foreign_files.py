"""Files that are malformed, foreign, or made to do harm: each is refused in one line, and nothing runs."""

from __future__ import annotations

import json
import math
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as to_bytes

from core.errors import ModelError
from core.model import checkpoint, library
from core.model.container import MAX_BYTES, MAX_HEADER
from core.model.graph import MAX_BLOCK, Graph
from tests.models import checkpoint as small_checkpoint

Described = dict[str, Any]
Tensors = dict[str, np.ndarray[Any, Any]]

_RUNS = "it ran"


class _Bomb:
    def __reduce__(self) -> Any:
        return (open, (_RUNS, "w"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Described, Tensors]:
    """The parts of a file that is taken."""
    from safetensors import safe_open

    path = tmp_path_factory.mktemp("sound") / "sound.safetensors"
    checkpoint.save(small_checkpoint(), path)
    with safe_open(path, framework="numpy") as file:
        described = json.loads(file.metadata()["lungfield"])
        return described, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library and a working folder of the test's own."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def refusal(path: Path, *doors: Callable[[Path], Any]) -> str:
    """The one line that a file is refused with, by everything that takes a model's file."""
    said = []
    for door in doors or (checkpoint.load, library.examine, library.add):
        with pytest.raises(ModelError) as refused:
            door(path)
        said.append(str(refused.value))
    assert len(set(said)) == 1
    assert "\n" not in said[0]
    assert len(said[0]) < 300
    assert not Path(_RUNS).exists()
    assert [entry.name for entry in library.entries()] == [library.BUNDLED]
    return said[0]


def header(text: str | bytes, rest: bytes = b"") -> bytes:
    """A safetensors file with this header."""
    encoded = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(encoded)) + encoded + rest


def zipped() -> bytes:
    import io

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(_Bomb()))
        archive.writestr("../../../evil", "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"hello", "another kind"),
        (bytes(100), "another kind"),
        (b"\xff" * 100, "another kind"),
        (pickle.dumps(_Bomb()), "a pickle, which can hold programs"),
        (pickle.dumps(_Bomb(), 5), "a pickle, which can hold programs"),
        (zipped(), "a PyTorch or zip file, which can hold programs"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "Keras"),
        (b"\x08\x07\x12\x07pytorch\x1a\x03" + bytes(90), "ONNX"),
        (b"MZ" + bytes(8) + b"This program cannot be run", "another kind"),
        (struct.pack("<Q", 1 << 62) + b"{}", "another kind"),
        (struct.pack("<Q", 1000) + b"{}", "another kind"),
        (header("{}"), "not a Lungfield model"),
        (header("[]"), "description is damaged"),
        (header(b"\xff\xfe{}"), "description is damaged"),
        (header("[" * 100_000), "description is damaged"),
        (header('{"__metadata__": []}'), "not a Lungfield model"),
        (header('{"__metadata__": {"lungfield": 7}}'), "not a Lungfield model"),
        (header('{"__metadata__": {"lungfield": "[1]"}}'), "description is damaged"),
        (header(json.dumps({"__metadata__": {"lungfield": '{"a":' * 50_000}})), "description is damaged"),
        (header(json.dumps({"__metadata__": {"lungfield": "1" * 5000}})), "description is damaged"),
        (header('{"__metadata__": {"lungfield": "{}"}, "evil": 3}'), "parts that do not belong"),
        (header('{"__metadata__": {"lungfield": "{}"}, "head.weight": 3}'), "numbers of a kind"),
        (
            header(
                '{"__metadata__": {"lungfield": "{}"}, "head.weight": '
                '{"dtype": "F16", "shape": [1099511627776], "data_offsets": [0, 2199023255552]}}'
            ),
            "damaged or not complete",
        ),
        (
            header(
                '{"__metadata__": {"lungfield": "{}"}, "head.weight": '
                '{"dtype": "F16", "shape": [2], "data_offsets": [4, 0]}}',
                bytes(4),
            ),
            "damaged or not complete",
        ),
        (header(" " * (MAX_HEADER + 1)), "description is too long"),
        (to_bytes({"weight": np.ones(2, np.float32)}), "holds weights but is not"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "given.safetensors"
    path.write_bytes(content)
    assert words in refusal(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert "no such model" in refusal(tmp_path)
    assert "no such model" in refusal(tmp_path / "nothing.safetensors")
    assert "no such model" in refusal(Path("/dev/zero"))


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.write(header("{}"))
        file.truncate(MAX_BYTES + 1)
    assert "too large" in refusal(path)


def _without(*names: str) -> Callable[[Described, Tensors], None]:
    def alter(described: Described, tensors: Tensors) -> None:
        for name in names:
            del (described if name in described else tensors)[name]

    return alter


def _focus(weight: float, shape: tuple[int, ...] = (1, 1, 7, 7)) -> Callable[[Described, Tensors], None]:
    return lambda _, tensors: tensors.update({"backbone.focus": np.full(shape, weight, np.float16)})


def _gate(channels: int, limit: float) -> Callable[[Described, Tensors], None]:
    def alter(described: Described, tensors: Tensors) -> None:
        described["features_limit"] = limit
        tensors["features/mean"] = np.ones(channels, np.float32)
        tensors["features/precision"] = np.eye(channels, dtype=np.float32)

    return alter


def _kind(*calibrations: Any) -> Callable[[Described, Tensors], None]:
    def alter(described: Described, tensors: Tensors) -> None:
        described["features"] = {"limits": [3.0], "names": ["a"], "calibrations": list(calibrations)}
        tensors["features/0/mean"] = np.ones(128, np.float32)
        tensors["features/0/precision"] = np.eye(128, dtype=np.float32)

    return alter


def _layout(**changed: float) -> Callable[[Described, Tensors], None]:
    def alter(described: Described, tensors: Tensors) -> None:
        described["features"] = {"limits": [3.0], "layout": {"rest": 0.5, "limit": 9.0, **changed}}
        tensors["features/0/mean"] = np.ones(153, np.float32)
        tensors["features/0/precision"] = np.eye(153, dtype=np.float32)
        tensors["features/layout/mean"] = np.ones(256, np.float32)
        tensors["features/layout/axes"] = np.eye(24, 256, dtype=np.float32)

    return alter


def _said(**changed: Any) -> Callable[[Described, Tensors], None]:
    return lambda described, _: described.update(changed)


def _held(name: str, change: Callable[[Any], Any]) -> Callable[[Described, Tensors], None]:
    def alter(_: Described, tensors: Tensors) -> None:
        tensors[name] = change(tensors[name].copy())

    return alter


def _with_xml(change: Callable[[str], str | bytes]) -> Callable[[Described, Tensors], None]:
    def alter(_: Described, tensors: Tensors) -> None:
        said = change(tensors["graph/fp32/xml"].tobytes().decode())
        tensors["graph/fp32/xml"] = np.frombuffer(said.encode() if isinstance(said, str) else said, np.uint8)

    return alter


def _replaced(old: str, new: str, count: int = 1) -> Callable[[Described, Tensors], None]:
    def change(xml: str) -> str:
        assert old in xml
        return xml.replace(old, new, count)

    return _with_xml(change)


def _set(array: Any, where: Any, value: float) -> Any:
    array[where] = value
    return array


POINT = {"name": "a", "threshold": 0.5, "sensitivity": 0.5, "specificity": 0.5}
PICTURES = {"size": 64, "mean": 0.5, "std": 0.5, "standardise": False}
_BN = "backbone.early.1.running_var"
_FILE = '<!DOCTYPE net [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("change", "words"),
    [
        # the description
        (_without("version", "name"), "description is damaged"),
        (_said(version="9"), ""),
        (_said(backbone="../../etc/passwd"), "a network that Lungfield does not have"),
        (_said(backbone="densenet121"), "not those of the network"),
        (_said(backbone=["resnet18"]), "description is damaged"),
        (_said(head="mlp"), "not those of the network"),
        (_said(head="exec"), "a network that Lungfield does not have"),
        (_said(classes=["PNEUMONIA", "NORMAL"]), "other classes"),
        (_said(classes=None), "description is damaged"),
        (_said(temperature=float("inf")), "how pictures are prepared"),
        (_said(temperature=float("nan")), "how pictures are prepared"),
        (_said(temperature="hot"), "description is damaged"),
        (_said(temperature=10**400), "description is damaged"),
        (_said(preprocessing={**PICTURES, "size": 10**9}), "how pictures are prepared"),
        (_said(preprocessing={**PICTURES, "size": 64.5}), "how pictures are prepared"),
        (_said(preprocessing={**PICTURES, "std": float("nan")}), "how pictures are prepared"),
        (_said(preprocessing={**PICTURES, "std": float("inf")}), "how pictures are prepared"),
        (_said(preprocessing={**PICTURES, "mean": "0"}), "how pictures are prepared"),
        (_said(preprocessing={**PICTURES, "standardise": "no"}), "how pictures are prepared"),
        (_said(preprocessing={**PICTURES, "code": "import os"}), "description is damaged"),
        (_said(operating_points=[]), "impossible operating points"),
        (_said(operating_points=[{**POINT, "threshold": float("nan")}]), "impossible operating points"),
        (_said(operating_points=[{**POINT, "sensitivity": 7}]), "impossible operating points"),
        (_said(operating_points=[POINT] * 1000), "impossible operating points"),
        (_said(operating_points="balanced"), "description is damaged"),
        (_said(metrics=[1]), "description is damaged"),
        (_said(training=7), "description is damaged"),
        (_said(int8_check={"scans": 1, "moved_99": "a", "moved_most": 0, "auc_change": 0}), "int8"),
        (_said(int8_check=[1, 2]), "description is damaged"),
        (_said(graphs={"fp64": {}}), "description is damaged"),
        # the weights
        (_without("head.weight"), "not those of the network"),
        (_without("backbone.early.0.weight"), "not those of the network"),
        (_held("backbone.early.0.weight", lambda w: w[:, :, :5]), "not those of the network"),
        (_held("head.weight", lambda w: np.ones((2, 511), np.float16)), "not those of the network"),
        (lambda d, t: t.update({"backbone.extra": np.ones(3, np.float16)}), "not those of the network"),
        (lambda d, t: t.update({"head.3.weight": np.ones(3, np.float16)}), "not those of the network"),
        (_focus(-1.0), "where evidence may come from"),
        (_focus(np.nan), "where evidence may come from"),
        (_focus(1.0, (1, 1, 99, 7)), "where evidence may come from"),
        (_focus(1.0, (7, 7)), "where evidence may come from"),
        (_held("backbone.early.0.weight", lambda w: w.astype(np.int64)), "numbers of another kind"),
        (_held("head.weight", lambda w: _set(w, (0, 0), np.nan)), "not numbers"),
        (_held("backbone.early.0.weight", lambda w: _set(w, (0, 0, 0, 0), np.inf)), "not numbers"),
        (_held(_BN, lambda w: _set(w, 3, -1)), "impossible"),
        # the gate
        (_said(features_limit=3.0), "description is damaged"),
        (_gate(128, float("nan")), "what it turns away"),
        (_gate(128, -1.0), "what it turns away"),
        (_gate(3, 3.0), "what it turns away"),
        (_layout(upright=0.8), ""),
        (_layout(upright=1.5), "what it turns away"),
        (_layout(upright=math.nan), "what it turns away"),
        (_kind(None), ""),
        (_kind({"temperature": 0.5, "offset": -2.0}), ""),
        (_kind({"temperature": 0.0, "offset": 0.0}), "what it turns away"),
        (_kind({"temperature": 1.0, "offset": 1e9}), "what it turns away"),
        (_kind({"temperature": 1.0, "offset": math.nan}), "what it turns away"),
        (_kind({"temperature": 1.0}), "description is damaged"),
        (_kind(), "description is damaged"),
        # OpenVINO's description of the network, of which test_graph_check.py has more
        (_with_xml(lambda xml: xml.replace("<net", f"{_FILE}<net", 1)), "more than a network"),
        (_replaced('type="ReLU"', 'type="Loop"'), "an operation that is not allowed (Loop)"),
        (_replaced('offset="0"', f'offset="{MAX_BLOCK}"'), "a constant outside the file"),
        (lambda d, t: d["graphs"]["fp32"].update({"head.weight": [0]}), "does not fit its weights"),
        (lambda d, t: d["graphs"]["fp32"].update({"nobody": [0]}), "does not fit its weights"),
        (lambda d, t: d["graphs"]["fp32"].update({"head.weight": ["a"]}), "description is damaged"),
    ],
)
def test_what_lungfield_would_not_have_written_is_refused(
    sound: tuple[Described, Tensors],
    tmp_path: Path,
    change: Callable[[Described, Tensors], None],
    words: str,
) -> None:
    described, tensors = json.loads(json.dumps(sound[0])), dict(sound[1])
    change(described, tensors)
    path = tmp_path / "given.safetensors"
    path.write_bytes(to_bytes(tensors, metadata={"lungfield": json.dumps(described)}))
    if not words:
        checkpoint.load(path)
        return
    said = refusal(path, library.add)
    assert words in said
    assert said.startswith("given.safetensors is not a valid Lungfield model: ")


def test_names_in_a_file_lead_nowhere(sound: tuple[Described, Tensors], tmp_path: Path) -> None:
    described, tensors = {**sound[0], "name": "../../../../evil\x1b[2J\u202e\n"}, sound[1]
    path = tmp_path / "given.safetensors"
    path.write_bytes(to_bytes(tensors, metadata={"lungfield": json.dumps(described)}))
    with pytest.raises(ModelError, match="cannot be a model's name"):
        library.add(path)
    found = library.examine(path)
    assert found.name == "evil 2J"
    assert library.add(path, found.name).path.parent == tmp_path / "home" / "data" / "models"


def test_constants_that_would_fill_the_memory_are_not_unpacked() -> None:
    xml = b'<net><layers><layer type="Const"><data offset="0" size="400"/></layer></layers></net>'
    bomb = Graph(xml, zlib.compress(bytes(64 << 20)), {})
    tracemalloc.start()
    with pytest.raises(ValueError, match="another length"):
        bomb.block({})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_constants_that_are_too_few_are_refused() -> None:
    xml = b'<net><layers><layer type="Const"><data offset="0" size="400"/></layer></layers></net>'
    with pytest.raises(ValueError, match="another length"):
        Graph(xml, zlib.compress(bytes(399)), {}).block({})


def test_shapes_that_only_openvino_finds_out_are_refused(
    sound: tuple[Described, Tensors], tmp_path: Path
) -> None:
    """The side that a picture is spread to is a constant: the description's own shapes need not tell."""
    from core.engine.openvino_engine import OpenVinoEngine

    described, tensors = sound[0], dict(sound[1])
    block = bytearray(zlib.decompress(tensors["graph/fp32/constants"].tobytes()))
    block[0:32] = struct.pack("<4q", 1, 3, 100_000 * 64, 64)
    tensors["graph/fp32/constants"] = np.frombuffer(zlib.compress(bytes(block), 1), np.uint8)
    path = tmp_path / "given.safetensors"
    path.write_bytes(to_bytes(tensors, metadata={"lungfield": json.dumps(described)}))
    with pytest.raises(ModelError, match="damaged"):
        OpenVinoEngine(checkpoint.load(path))
