"""The file around a model: safetensors, opened with care because anybody may have made it.

What is too large, of another kind or damaged is refused before it is unpacked. Nothing in it is executed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.version import COMMAND

METADATA_KEY = "lungfield"

#: What to do where a model is not found, for the command line.
SHOWN_BY = f"`{COMMAND} models list` shows those there are"

#: The largest that Lungfield writes is about 35 MB, with a header of 0.2 MB and a long history.
MAX_BYTES = 256 << 20
MAX_HEADER = 4 << 20

#: What a model's tensors are called.
PARTS = ("backbone.", "head.", "features/", "graph/")

_DTYPES = frozenset({"F16", "F32", "I64", "U8"})

#: First bytes of files that are often taken for models, and what they are. The last is that of a bare pickle.
_FOREIGN = (
    (b"PK\x03\x04", "a PyTorch or zip file, which can hold programs"),
    (b"\x89HDF", "a Keras (HDF5) file"),
    (b"\x08", "an ONNX file"),
    (b"\x80", "a pickle, which can hold programs"),
)

Tensors = dict[str, NDArray[Any]]


class MalformedError(ValueError):
    """Something that Lungfield would not have written; the words say what, without a full stop."""


def describe(path: Path) -> dict[str, Any]:
    """What a model's file says of itself, without its weights: some milliseconds.

    Raises:
        ModelError: not there, unreadable, or not a Lungfield model.
    """
    header = _header(path)
    said = header.get("__metadata__")
    text = said.get(METADATA_KEY) if isinstance(said, dict) else None
    if not isinstance(text, str):
        raise ModelError(
            f"{path.name} holds weights but is not a Lungfield model", "training can start from it (--init)"
        )
    described = _parsed(path, text)
    foreign = [name for name in header if name != "__metadata__" and not name.startswith(PARTS)]
    if foreign:
        raise not_valid(path, "it holds parts that do not belong to a model")
    if any(
        not isinstance(value, dict) or value.get("dtype") not in _DTYPES
        for name, value in header.items()
        if name != "__metadata__"
    ):
        raise not_valid(path, "it holds numbers of a kind that Lungfield does not write")
    return described


def tensors(path: Path) -> Tensors:
    """Everything that a file holds beside its description. Raises ModelError where it is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise _not_a_model(path, "it is damaged or not complete") from error


def not_valid(path: Path, reason: str) -> ModelError:
    """The refusal of a file that claims to be a model."""
    return ModelError(f"{path.name} is not a valid Lungfield model: {reason}", "it was left alone")


def _not_a_model(path: Path, reason: str) -> ModelError:
    return ModelError(
        f"{path.name} is not a Lungfield model: {reason}",
        "a model is a .safetensors file that Lungfield wrote",
    )


def _header(path: Path) -> dict[str, Any]:
    """The header of a safetensors file: a JSON object after its length."""
    if not os.path.isfile(path):  # Path.is_file raises where a name is too long or a folder closed
        raise ModelError(f"no such model: {path}", SHOWN_BY)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(8)
            length = int.from_bytes(start, "little")
            if size > MAX_BYTES:
                raise _not_a_model(path, "it is too large for one")
            if len(start) < 8 or not 2 <= length <= size - 8:
                raise _not_a_model(path, _kind(start))
            if length > MAX_HEADER:
                raise _not_a_model(path, "its description is too long")
            text = file.read(length)
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read", error.strerror or "") from error
    return _parsed(path, text)


def _kind(start: bytes) -> str:
    """What a file is instead, in words."""
    if not start:
        return "it is empty"
    for magic, words in _FOREIGN:
        if start.startswith(magic):
            return f"it is {words}"
    return "it is a file of another kind"


def _parsed(path: Path, text: str | bytes) -> dict[str, Any]:
    """A JSON object. JSON nested too deep is a RecursionError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_a_model(path, "its description is damaged") from error
    if not isinstance(found, dict):
        raise _not_a_model(path, "its description is damaged")
    return found


def shapes(parts: Tensors) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in parts.items()}


def is_finite(value: NDArray[Any]) -> bool:
    return bool(np.isfinite(value).all())


def memory(value: NDArray[Any]) -> memoryview:
    """An array's values, rows first, as bytes."""
    return np.ascontiguousarray(value).data.cast("B")
