"""The comparison of the packaged program's results with the source tree's."""

from __future__ import annotations

import pytest

HEADER = "path,sha256,status,label,probability"


@pytest.fixture
def compared(script):
    return script("linux/compared")


def results(path, *rows):
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return path


def test_it_tells_how_far_they_are_apart(compared, tmp_path):
    first = results(tmp_path / "a.csv", "ä b.png,aa,ok,NORMAL,0.25", "c.png,bb,failed,,")
    second = results(tmp_path / "b.csv", "other/c.png,bb,failed,,", "other/ä b.png,aa,ok,NORMAL,0.25005")
    assert compared.compared(first, second) == "2 scans (1 ok, 1 failed), at most 5.0e-05 apart"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a.png,aa,ok,NORMAL,0.2502", "apart"),
        ("a.png,aa,ok,PNEUMONIA,0.25", "PNEUMONIA"),
        ("a.png,aa,rejected,NORMAL,0.25", "rejected"),
        ("a.png,cc,ok,NORMAL,0.25", "not the same scans"),
    ],
)
def test_a_difference_fails(compared, tmp_path, row, words):
    first = results(tmp_path / "a.csv", "a.png,aa,ok,NORMAL,0.25")
    second = results(tmp_path / "b.csv", row)
    with pytest.raises(compared.Failed, match=words):
        compared.compared(second, first)
