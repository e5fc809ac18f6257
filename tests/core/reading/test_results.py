from __future__ import annotations

import csv
import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LungfieldError
from core.reading.finding import Found
from core.reading.folder import Outcome
from core.reading.results import COLUMNS, ResultsFile, csv_of, earlier_rows, row_of


def row(number=0, path="/scans/Müller\n«1».png", **changed):
    """What a scan that was read has in results.csv."""
    return dict.fromkeys(COLUMNS, "") | {
        "path": path,
        "sha256": f"{number:064x}",
        "status": "ok",
        "probability": "0.500000",
        "reason": "é",
        "milliseconds": "123.4",
        **changed,
    }


def rows_of(path):
    return list(earlier_rows(path, "one").values())


def test_wherever_a_part_was_cut_off_its_whole_rows_are_taken_and_no_other(tmp_path):
    """Within a letter of several bytes, and in the last cell of a row, too."""
    rows = [row(number) for number in range(2)]
    whole, ends = csv_of(rows), [len(csv_of(rows[:count])) for count in range(3)]
    for cut in range(len(whole) + 1):
        (tmp_path / "r.csv.part").write_bytes(whole[:cut])
        # Its line is ended by the first of the two characters already
        assert rows_of(tmp_path / "r.csv") == rows[: sum(cut >= end - 1 for end in ends[1:])], cut


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole.replace("é".encode(), b"\xe9", 1),
        lambda whole: whole.replace(b"0.500000", b"0.5\xff0000", 1),
        lambda whole: whole.replace(f"{0:064x}".encode(), b"\x80" * 64, 1),
        lambda whole: whole.replace(b"ok", b"\0\0", 1),
    ],
)
def test_a_row_that_is_not_all_text_is_left_out(tmp_path, damage):
    (tmp_path / "r.csv").write_bytes(damage(csv_of([row(0), row(1)])))
    assert rows_of(tmp_path / "r.csv") == [row(1)]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b'path\n"' + b"x" * 200_000, b"\xff" * 9])
def test_what_is_no_table_has_no_rows(tmp_path, content):
    (tmp_path / "r.csv").write_bytes(content)
    assert rows_of(tmp_path / "r.csv") == []


def test_a_name_that_is_no_text_is_taken_as_it_was_written(tmp_path):
    (tmp_path / "r.csv").write_bytes(csv_of([row(path="M\udcfcller.png")]))
    assert rows_of(tmp_path / "r.csv") == [row(path=r"M\udcfcller.png")]


def test_a_folder_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "results").mkdir()
    for use in (ResultsFile, earlier_rows):
        for folder in (tmp_path / "results", tmp_path / "results" / "..", Path()):
            with pytest.raises(LungfieldError, match=r"^cannot write .*: it is a folder; name a file in it$"):
                use(folder, "one")
    assert os.listdir(tmp_path) == ["results"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a file that even root cannot read")
def test_earlier_rows_that_cannot_be_read_are_told_to_a_person(tmp_path):
    (tmp_path / "r.csv").symlink_to("/proc/self/mem")
    with pytest.raises(LungfieldError, match=r"^cannot read .*r\.csv: Input/output error$"):
        earlier_rows(tmp_path / "r.csv", "one")


def test_rows_that_another_made_are_not_taken_wherever_the_run_was_killed(tmp_path):
    out = tmp_path / "r.csv"
    for made_by, number in (("one", 0), ("two", 1)):
        file = ResultsFile(out, made_by)
        file.add(row(number))
        file.close()
        assert [list(earlier_rows(out, each)) for each in (made_by, "three")] == [[row(number)["sha256"]], []]
        file.finish()
        assert [list(earlier_rows(out, each)) for each in (made_by, "three")] == [[row(number)["sha256"]], []]
    ResultsFile(out, "one").close()
    assert earlier_rows(out, "one") == {}
    assert sorted(os.listdir(tmp_path)) == [
        ".r.csv.model",
        ".r.csv.part.model",
        *(f"r.csv{end}" for end in ("", ".earlier", ".part")),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="has a disk that is always full")
def test_a_full_disk_is_told_once_and_to_a_person(tmp_path):
    file = ResultsFile(tmp_path / "r.csv", "one")
    file._file.close()
    file._file = open("/dev/full", "w", newline="")  # noqa: SIM115
    file._writer = type(file._writer)(file._file, COLUMNS)
    with pytest.raises(LungfieldError, match=r"r\.csv: No space left"):
        file.add(row())
    file.close()


@given(st.text("=+-@;,\"' \r\nab", max_size=12))
def test_no_cell_begins_a_formula_where_semicolons_separate_columns(path):
    """Nor where commas do; and the path is read back as it is, but for "./" before it."""
    written = csv_of([row_of(Outcome(Found(path, path), "failed", reason=f"{path} does not exist"))]).decode()
    for separator in ",;":
        lines = csv.reader(io.StringIO(written, newline=""), delimiter=separator)
        cells = [cell for line in lines for cell in line]
        assert not any(cell.lstrip(" ").startswith(tuple("=+-@")) for cell in cells)
    (back,) = csv.DictReader(io.StringIO(written, newline=""))
    assert back["path"].removeprefix("./") == path.removeprefix("./")


def test_rows_without_a_semicolon_are_written_as_ever():
    assert csv_of([row(path="a.png", reason="x; y")]).decode().splitlines()[1].startswith("a.png,0")
