"""Several windows and command lines may share a library."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import ModelError
from core.model import checkpoint, library
from core.model.checkpoint import Checkpoint
from tests.conftest import ROOT


def test_two_who_take_the_same_name_do_not_both_get_it(file: Path) -> None:
    said: list[object] = []

    def take() -> None:
        try:
            said.append(library.add(file, "a").name)
        except ModelError as error:
            said.append(error.message)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(map(str, said)) == ["a", *["there is already a model called a"] * 3]


def test_no_activation_is_lost_among_processes(file: Path) -> None:
    for name in "abcd":
        library.add(file, name)
    code = "import sys; from core.model import library\nfor _ in range(5): library.activate(sys.argv[1])"
    others = [subprocess.Popen([sys.executable, "-c", code, name], cwd=ROOT) for name in "abc"]
    assert [each.wait(60) for each in others] == [0, 0, 0]
    told = [each.name for each in library.history()]
    assert set(told) == {"a", "b", "c"}
    assert all(one != another for one, another in pairwise(told))
    assert library.active_name() == told[0]


def test_a_library_that_another_keeps_is_waited_for_and_then_told(
    file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    from core.model.library import places

    monkeypatch.setattr(places, "_PATIENCE", 0.1)
    home.mkdir(parents=True)
    with FileLock(home / ".lock"), pytest.raises(ModelError, match="another Lungfield"):
        library.add(file, "a")
    library.add(file, "a")


def test_a_model_that_is_renamed_meanwhile_has_one_name(small: Checkpoint, tmp_path: Path) -> None:
    """What it calls itself is what the library calls it, whatever the file said."""
    path = tmp_path / "x.safetensors"
    checkpoint.save(replace(small, name="something else"), path)
    library.add(path, "ward 7")
    assert checkpoint.load(library.find("ward 7")).name == "ward 7"
