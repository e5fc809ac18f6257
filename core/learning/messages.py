"""What the window's process and the one that trains say to each other: one JSON object a line, in ASCII.

To the child: first a command, then words of control (`Control`), then perhaps the next command. From it, for
each command: any number of messages, and in the end exactly one whose kind is in `ENDS`. ASCII, because a
file's name need not be text, and JSON escapes what is not.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core import errors
from core.errors import LungfieldError
from core.learning.estimated import Estimate
from core.learning.job import TrainingJob, recipe_from
from core.learning.recipe import Recipe
from core.learning.watching import Position, Trained, Wrong

#: What is said to a child while it works.
Control = Literal["pause", "go-on", "enough", "cancel"]
CONTROLS: tuple[Control, ...] = ("pause", "go-on", "enough", "cancel")

#: Kinds of message. Beside the `ENDS`: "progress" ((fraction, text)), "said" (a line),
#: "position" (Position), "epoch" (an `epochs.EpochResult`), "wrong" (a tuple of Wrong).
#: The ends: "done" (what was asked for), "cancelled" (None), "refused" (a LungfieldError), "broken" (a line:
#: a bug of ours, which the child has logged).
ENDS = ("done", "cancelled", "refused", "broken")


@dataclass(frozen=True)
class Message:
    """Something that the child says; `what` by `kind` as above."""

    kind: str
    what: Any = None


@dataclass(frozen=True)
class Measuring:
    """Asks for an Estimate, as `core.learning.estimate` explains it."""

    recipe: Recipe
    scans: int
    held: int
    device: str
    decode_seconds: float


@dataclass(frozen=True)
class Previewing:
    """Asks for pictures, as `core.learning.preview` explains it: uint8 [count, S, S]."""

    path: Path
    recipe: Recipe
    count: int


Command = TrainingJob | Measuring | Previewing


# -- to the child ------------------------------------------------------------------------------------


def line_of_command(command: Command) -> bytes:
    if isinstance(command, TrainingJob):
        return _line({"do": "train", **command.as_json()})
    name = "estimate" if isinstance(command, Measuring) else "preview"
    said = asdict(command)
    return _line({"do": name, **{key: str(v) if isinstance(v, Path) else v for key, v in said.items()}})


def command_in(line: bytes) -> Command:
    """Raises ValueError, KeyError or TypeError where it is none."""
    said = json.loads(line)
    if said["do"] == "train":
        return TrainingJob.from_json(said)
    recipe = recipe_from(said["recipe"])
    if said["do"] == "estimate":
        return Measuring(recipe, said["scans"], said["held"], said["device"], said["decode_seconds"])
    if said["do"] == "preview":
        return Previewing(Path(said["path"]), recipe, said["count"])
    raise ValueError("no such command")


def line_of_control(word: Control) -> bytes:
    return _line({"control": word})


def control_in(line: bytes) -> Control | None:
    """None where it is a command."""
    word = json.loads(line).get("control")
    return word if word in CONTROLS else None


# -- from the child ----------------------------------------------------------------------------------


def line_of(message: Message) -> bytes:
    return _line({"tell": message.kind, "what": _plain(message.what)})


def message_in(line: bytes) -> Message | None:
    """None where it is something else: a library's own words."""
    try:
        said = json.loads(line)
        kind, what = said["tell"], said["what"]
        return Message(kind, _read(kind, what))
    except (ValueError, KeyError, TypeError, LookupError):
        return None


def _read(kind: str, what: Any) -> Any:
    if kind == "progress":
        return float(what[0]), str(what[1])
    if kind == "position":
        return Position(**what)
    if kind == "wrong":
        return tuple(Wrong(Path(path), label, probability) for path, label, probability in what)
    if kind == "refused":
        return _error(**what)
    if kind == "done":
        return _result(**what)
    return what


def _plain(what: Any) -> Any:
    """Values that JSON has."""
    if isinstance(what, Position):
        return asdict(what)
    if isinstance(what, Trained):
        return {"trained": [str(what.model), str(what.held_out), what.ending, what.epochs]}
    if isinstance(what, Estimate):
        return {"estimate": asdict(what)}
    if isinstance(what, np.ndarray):
        data = b64encode(what.astype(np.uint8).tobytes()).decode()
        return {"pictures": {"shape": list(what.shape), "data": data}}
    if isinstance(what, LungfieldError):
        return {"name": type(what).__name__, "message": what.message, "hint": what.hint}
    if isinstance(what, tuple) and all(isinstance(each, Wrong) for each in what):
        return [[str(each.path), each.label, each.probability] for each in what]
    return what


def _error(name: str, message: str, hint: str) -> LungfieldError:
    """One of `core.errors`, where it is; else the error that they all are."""
    kind = getattr(errors, name, LungfieldError)
    if not (isinstance(kind, type) and issubclass(kind, LungfieldError)):
        kind = LungfieldError
    return kind(message, hint)


def _result(
    trained: tuple[str, str, Any, int] | None = None,
    estimate: Mapping[str, Any] | None = None,
    pictures: Mapping[str, Any] | None = None,
) -> Trained | Estimate | NDArray[np.uint8]:
    if trained is not None:
        model, held_out, ending, epochs = trained
        return Trained(Path(model), Path(held_out), ending, epochs)
    if estimate is not None:
        return Estimate(**estimate)
    if pictures is not None:
        return np.frombuffer(b64decode(pictures["data"]), np.uint8).reshape(pictures["shape"])
    raise ValueError("no result")


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, default=_number).encode("ascii") + b"\n"


def _number(value: Any) -> Any:
    """A NumPy number, such as an epoch's results may hold."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be told")
