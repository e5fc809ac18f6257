"""The training runs of the window: each has a folder among the person's data until its model is kept or
dropped.

The folder holds `job.json`, what the run writes, and a lock that the process that trains holds.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core import paths
from core.errors import LungfieldError
from core.files import write_whole
from core.learning.job import HELD_OUT_FILE, MODEL_FILE, STATE_FILE, TrainingJob
from core.learning.recipe import Recipe
from core.learning.watching import Trained

_JOB_FILE = "job.json"
_TRAINED_FILE = "trained.json"
_LOCK_FILE = ".lock"


@dataclass(frozen=True)
class InterruptedRun:
    """One that can go on.

    Attributes:
        folder: its.
        job: as it was asked for, set to resume.
        epochs_done: how many it need not repeat.
        when: it last got on; this computer's time.
    """

    folder: Path
    job: TrainingJob
    epochs_done: int
    when: datetime


@dataclass(frozen=True)
class WaitingRun:
    """One whose model was neither kept nor dropped; `when` as above."""

    folder: Path
    job: TrainingJob
    trained: Trained
    when: datetime


def folder_of_runs() -> Path:
    return paths.user_data() / "runs"


def new_run(
    sources: Sequence[Path], recipe: Recipe, device: str, name: str, own: Sequence[Path] = ()
) -> TrainingJob:
    """A job with a new folder as its `out`.

    Args:
        own: those of `sources`, tables, that the run takes a copy of into its folder: they may have changed
            when it goes on after an interruption.

    Raises:
        LungfieldError: the folder cannot be made, or one of `own` is not there.
    """
    out = folder_of_runs() / f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    learnt_from = tuple(_taken(Path(each), out) if each in own else Path(each).resolve() for each in sources)
    job = TrainingJob(learnt_from, out, recipe, device, name)
    write_whole(out / _JOB_FILE, json.dumps(job.as_json(), indent=1).encode())
    return job


def _taken(table: Path, out: Path) -> Path:
    try:
        rows = table.read_bytes()
    except OSError as error:
        raise LungfieldError(f"{table.name} is not there any more", "add it again") from error
    write_whole(out / table.name, rows, private=True)
    return out / table.name


def interrupted() -> list[InterruptedRun]:
    """Runs that ended before they had a model, and that no process does; the latest first."""
    found = []
    for folder, job in _runs():
        if not (folder / MODEL_FILE).exists() and not is_held(folder):
            state = folder / STATE_FILE
            last = state if state.exists() else folder / _JOB_FILE
            job = replace(job, resume=True)
            found.append(InterruptedRun(folder, job, epochs_done(folder), _time_of(last)))
    return sorted(found, key=lambda run: run.when, reverse=True)


def waiting() -> list[WaitingRun]:
    """Runs that made a model about which nothing was decided; the latest first."""
    found = []
    for folder, job in _runs():
        model = folder / MODEL_FILE
        if model.exists() and not is_held(folder):
            found.append(WaitingRun(folder, job, _trained(folder), _time_of(model)))
    return sorted(found, key=lambda run: run.when, reverse=True)


def discard(folder: Path) -> None:
    """Delete a run, model and all. One that is gone already is no error.

    Raises:
        LungfieldError: something in it cannot be deleted, or a process does it now.
        ValueError: it is no run of the window: nothing else is ever deleted.
    """
    if folder.resolve().parent != folder_of_runs().resolve():
        raise ValueError("not a run of the window")
    if not folder.exists():
        return
    if is_held(folder):
        raise LungfieldError("this training is still going on", "cancel it first")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise LungfieldError(f"{folder} cannot be deleted", error.strerror or str(error)) from error


def epochs_done(folder: Path) -> int:
    """How many epochs a run that goes on from this folder need not repeat."""
    from safetensors import SafetensorError, safe_open

    with contextlib.suppress(SafetensorError, OSError, ValueError, KeyError, TypeError):
        # Its header alone; `run_state` reads the rest, with torch
        with safe_open(folder / STATE_FILE, framework="np") as file:
            (described,) = (file.metadata() or {}).values()
        return len(json.loads(described)["history"])
    return 0


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Holds a folder for the process that trains into it; the system lets go of it when that ends, however it
    does.

    Raises:
        LungfieldError: another process does, or the folder cannot be written to.
    """
    lock = FileLock(folder / _LOCK_FILE, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise LungfieldError(
            "this training is going on already", f"another Lungfield trains into {folder}"
        ) from None
    except OSError as error:
        raise LungfieldError(f"cannot write to {folder}", error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether a process does this run."""
    if not (folder / _LOCK_FILE).exists():
        return False
    lock = FileLock(folder / _LOCK_FILE, timeout=0)
    try:
        with lock:
            return False
    except Timeout:
        return True


def write_trained(folder: Path, trained: Trained) -> None:
    """Keep how a run ended, for `waiting`."""
    said = {"ending": trained.ending, "epochs": trained.epochs}
    write_whole(folder / _TRAINED_FILE, json.dumps(said).encode())


def _trained(folder: Path) -> Trained:
    said: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        said = json.loads((folder / _TRAINED_FILE).read_bytes())
    return Trained(
        folder / MODEL_FILE, folder / HELD_OUT_FILE, said.get("ending", "complete"), said.get("epochs", 0)
    )


def _runs() -> Iterator[tuple[Path, TrainingJob]]:
    """Every folder of a run that can be understood. Others are left alone."""
    for file in sorted(folder_of_runs().glob(f"*/{_JOB_FILE}")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            # The person's data may have moved since
            yield file.parent, replace(TrainingJob.from_json(json.loads(file.read_bytes())), out=file.parent)


def _time_of(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime)
    except OSError:
        return datetime.now()


def tidy(folder: Path) -> None:
    """Remove what a process that was ended left half written (`core.files`). Only of a run of the window: a
    person's own folder may hold other files of such names."""
    for file in folder.glob(".*.*"):
        if file.name != _LOCK_FILE:
            with contextlib.suppress(OSError):
                file.unlink()
