"""The validation patients of the bundled model, given to a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.datasets.inspection import inspect
from core.progress import NullProgress
from tests.datasets import write_dataset
from tools.divided import divide


def test_the_named_scans_are_validated_on_and_the_others_learnt_from(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_dataset(data / "ward", 40)
    every = sorted(path.relative_to(data) for path in data.rglob("*.*"))
    held = [path for path in every if int(path.stem[6:].partition("_")[0]) % 1000 <= 13]
    table = tmp_path / "held.csv"
    table.write_text("file,label\n" + "".join(f"{path},{path.parent.name}\n" for path in held))
    assert divide(table, data, tmp_path / "out") == len(every) == 80
    found = inspect([tmp_path / "out" / "ward"], 0.1, 0, "random", NullProgress())
    assert sorted(s.path.name for s in found.samples if s.split == "val") == sorted(p.name for p in held)
    with pytest.raises(FileExistsError):
        divide(table, data, tmp_path / "out")
    (data / held[0]).unlink()
    with pytest.raises(FileNotFoundError, match=r"1 scans are not in .*person10_18"):
        divide(table, data, tmp_path / "again")
