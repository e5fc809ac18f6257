from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import LungfieldError
from core.export.csv import COLUMNS, write_csv
from core.progress import Cancelled, NullProgress
from core.reading.finding import Found
from core.reading.results import COLUMNS as RESULTS
from core.review import Review
from tests.core.export.scans import (
    NAMES,
    Stopping,
    dicom_file,
    failed,
    files_below,
    item,
    leaks,
    picture,
    reading,
    rejected,
)


def _written(path, items, named=True):
    write_csv(path, items, named, NullProgress())
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_a_row_has_the_columns_of_the_contract_and_the_review(tmp_path):
    scan = item(picture(tmp_path / "a.png"), review=Review("NORMAL", "clear"))
    (row,) = _written(tmp_path / "out.csv", [scan])
    assert tuple(row) == COLUMNS == (*RESULTS, "review", "note")
    assert row == {
        "path": str(tmp_path / "a.png"),
        "sha256": scan.sha256,
        "status": "ok",
        "label": "PNEUMONIA",
        "probability": "0.934000",
        "confidence": "0.934000",
        "threshold": "0.410000",
        "reason": "",
        "model": "model one",
        "engine": "openvino cpu fp32",
        "milliseconds": "12.3",
        "review": "NORMAL",
        "note": "clear",
    }


def test_excel_is_told_that_it_is_utf8(tmp_path):
    path = tmp_path / "out.csv"
    write_csv(path, [item(picture(tmp_path / "Übung.png"))], True, NullProgress())
    assert path.read_bytes().startswith(b"\xef\xbb\xbfpath,sha256,")
    assert "Übung.png" in path.read_text("utf-8-sig")


def test_failed_rejected_and_unread_scans_have_their_rows(tmp_path):
    path = picture(tmp_path / "a.png")
    items = [
        item(tmp_path / "gone.png", **failed("gone.png does not exist")),
        item(path, **rejected()),
        item(path, status="unread", reading=None, review=Review("PNEUMONIA")),
    ]
    failure, rejection, unread = _written(tmp_path / "out.csv", items)
    assert (failure["status"], failure["reason"]) == ("failed", "gone.png does not exist")
    assert failure["label"] == failure["probability"] == failure["sha256"] == ""
    assert (rejection["status"], rejection["label"]) == ("rejected", "PNEUMONIA")
    assert rejection["reason"] == "does not look like a frontal chest X-ray; colour picture"
    assert (unread["status"], unread["label"], unread["review"]) == ("unread", "", "PNEUMONIA")


@pytest.mark.parametrize(
    "note",
    [
        'two\nlines, «quoted» "twice"',
        "semi;colon\ttab",
        "a\r\nb",
        "né à Łódź, 肺炎",
        "'apostrophe",
        " spaces ",
    ],
)
def test_notes_come_back_as_they_were(tmp_path, note):
    (row,) = _written(
        tmp_path / "out.csv", [item(picture(tmp_path / "a.png"), review=Review("NORMAL", note))]
    )
    assert row["note"] == note


def test_formulas_in_free_text_are_neutralised_and_numbers_are_not_touched(tmp_path):
    scan = item(
        picture(tmp_path / "a.png"),
        reading=reading(model="=HYPERLINK(0)", engine="@x", probability=1e-9, label="NORMAL"),
        reason="+1",
        review=Review("", "-2+3+cmd|' /C calc'!A0"),
    )
    (row,) = _written(tmp_path / "out.csv", [scan])
    assert row["model"] == "'=HYPERLINK(0)"
    assert row["engine"] == "'@x"
    assert row["reason"] == "'+1"
    assert row["note"] == "'-2+3+cmd|' /C calc'!A0"
    assert float(row["probability"]) == 0
    assert all(float(row[name]) >= 0 for name in ("probability", "confidence", "threshold", "milliseconds"))


def test_a_path_that_looks_like_a_formula_names_the_same_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (row,) = _written(Path("out.csv"), [item(picture(Path("=1+1.png")))])
    assert row["path"] == "./=1+1.png"
    assert Path(row["path"]).is_file()


def test_a_path_with_a_semicolon_is_one_cell_where_semicolons_separate_columns(tmp_path):
    path = tmp_path / "a;=cmd|' C calc'!A0;.png"
    scan = replace(item(picture(tmp_path / "a.png")), found=Found(path, path.name))
    (row,) = _written(tmp_path / "out.csv", [scan])
    assert row["path"] == str(path)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        _, (cell, *_) = csv.reader(file, delimiter=";")
    assert cell.startswith(f"{path},")


def test_a_name_that_is_no_text_is_written_all_the_same(tmp_path):
    scan = item(picture(tmp_path / "a.png"))
    scan = replace(scan, found=Found(tmp_path / "\udcff.png", scan.found.relative))
    (row,) = _written(tmp_path / "out.csv", [scan])
    assert row["path"].endswith("\\udcff.png")


def test_without_names_nothing_leaves_that_names_the_patient(tmp_path):
    path = dicom_file(tmp_path / "holiday" / "Quigley Zsofia.dcm")
    items = [
        item(path, review=Review("NORMAL", "Zsofia was here before")),
        item(tmp_path / "Zsofia gone.dcm", **failed("Zsofia gone.dcm does not exist")),
    ]
    read, gone = _written(tmp_path / "out.csv", items, named=False)
    assert leaks((tmp_path / "out.csv").read_bytes()) == []
    assert read["path"] == f"scan-{items[0].sha256[:12]}"
    assert (gone["path"], gone["reason"]) == ("scan-unopened-1", "scan-unopened-1 does not exist")
    _written(tmp_path / "named.csv", items, named=True)
    assert {"Quigley", "Zsofia", "holiday"} <= set(leaks((tmp_path / "named.csv").read_bytes(), NAMES))


def test_scans_are_taken_one_at_a_time(tmp_path):
    scan, made = item(picture(tmp_path / "a.png")), []

    def items():
        for number in range(5):
            made.append(number)
            yield scan

    with pytest.raises(Cancelled):
        write_csv(tmp_path / "out.csv", items(), True, Stopping(2))
    assert made == [0, 1, 2]


def test_a_cancelled_table_leaves_the_former_one(tmp_path):
    path = tmp_path / "tables" / "out.csv"
    path.parent.mkdir()
    path.write_bytes(b"former")
    with pytest.raises(Cancelled):
        write_csv(path, [item(picture(tmp_path / "a.png"))] * 3, True, Stopping(2))
    assert path.read_bytes() == b"former"
    assert files_below(path.parent) == ["out.csv"]


def test_a_table_that_cannot_be_written_is_told_to_a_person(tmp_path):
    with pytest.raises(LungfieldError, match="cannot write"):
        write_csv(tmp_path, [], True, NullProgress())


def test_an_empty_table_has_its_head(tmp_path):
    assert _written(tmp_path / "out.csv", []) == []
    assert (tmp_path / "out.csv").read_text("utf-8-sig").strip() == ",".join(COLUMNS)
