"""Which model reads, which did before, and the way back: one small file, written whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.errors import ModelError
from core.files import write_whole
from core.log import logger
from core.model.container import SHOWN_BY
from core.model.library.places import BUNDLED, changing, files, own_folder

_VERSION = 1

#: More are not kept.
_MOST = 500


@dataclass(frozen=True)
class Activation:
    """A model began to read.

    Attributes:
        name: the model's, as it is called now.
        when: with its time zone.
        back: it was gone back to.
        gone: the model has been removed since.
    """

    name: str
    when: datetime
    back: bool = False
    gone: bool = False


def active_name() -> str:
    """The name of the model that reads by default."""
    return _stack(_read(), files())[-1]


def history() -> list[Activation]:
    """When which model became active, the newest first."""
    return _read()[::-1]


def before() -> str:
    """The model that `roll_back` goes back to; empty where there is none."""
    stack = _stack(_read(), files())
    return stack[-2] if len(stack) > 1 else ""


def activate(name: str) -> None:
    """Read with this model from now on. Raises ModelError where there is none of that name."""
    with changing():
        if name not in files():
            raise ModelError(f"no such model: {name}", SHOWN_BY)
        record = _read()
        if _stack(record, files())[-1] != name:
            _write([*record, Activation(name, datetime.now(UTC))])


def roll_back() -> str:
    """Read with the model that was active before, and say which; done again, it is the one before that.

    Raises:
        ModelError: there was none.
    """
    with changing():
        record = _read()
        stack = _stack(record, files())
        if len(stack) < 2:
            raise ModelError("there is no earlier model to go back to", "no other was active before")
        _write([*record, Activation(stack[-2], datetime.now(UTC), back=True)])
        return stack[-2]


def forget(name: str) -> str:
    """A model is about to be removed; within `changing`. The name of the one that reads from now on."""
    record = _read()
    left = {each for each in files() if each != name}
    marked = [replace(each, gone=True) if each.name == name else each for each in record]
    was, now = _stack(record, files())[-1], _stack(marked, left)[-1]
    if now != was:
        marked.append(Activation(now, datetime.now(UTC), back=True))
    if marked != record:
        _write(marked)
    return now


def renamed(name: str, new: str) -> None:
    """A model is called otherwise; within `changing`."""
    record = _read()
    changed = [replace(each, name=new) if each.name == name and not each.gone else each for each in record]
    if changed != record:
        _write(changed)


def _stack(record: Iterable[Activation], present: Iterable[str]) -> list[str]:
    """The way back, from the model that reads first of all to the active one; never empty."""
    stack = [BUNDLED]
    present = set(present)
    for each in record:
        if each.back:
            while len(stack) > 1 and stack[-1] != each.name:
                stack.pop()
        elif not each.gone:
            stack.append(each.name)
    there = [name for name in stack if name == BUNDLED or name in present]
    return [name for place, name in enumerate(there) if place == 0 or there[place - 1] != name]


def _file() -> Path:
    return own_folder() / "active.json"


def _read() -> list[Activation]:
    """The record, oldest first; empty where there is none, or it is damaged."""
    try:
        said = json.loads(_file().read_text("utf-8"))
        return [
            Activation(
                str(each["name"]),
                datetime.fromisoformat(each["when"]),
                bool(each.get("back", False)),
                bool(each.get("gone", False)),
            )
            for each in said["activations"]
        ]
    except FileNotFoundError:
        return _of_the_first_version()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if not isinstance(error, NotADirectoryError):
            logger.warning("which model is active could not be read (%s)", type(error).__name__)
        return []


def _of_the_first_version() -> list[Activation]:
    """Before there was a record, a file held the name of the active model."""
    file = own_folder() / "active.txt"
    try:
        name, when = file.read_text("utf-8").strip(), datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, ValueError):
        return []
    return [Activation(name, when)]


def _write(record: list[Activation]) -> None:
    told = [
        {"name": each.name, "when": each.when.isoformat(timespec="seconds")}
        | ({"back": True} if each.back else {})
        | ({"gone": True} if each.gone else {})
        for each in record[-_MOST:]
    ]
    text = json.dumps({"version": _VERSION, "activations": told}, ensure_ascii=False, indent=1)
    write_whole(_file(), text.encode())
