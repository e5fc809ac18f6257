"""Tables of labels as people have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.datasets.dataset import Sample
from core.datasets.table import label_of, read_table, table_in, write_table
from core.errors import DatasetError


def files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def said(folder: Path, text: str | bytes, name: str = "labels.csv") -> list[tuple[str, int, str, str]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [(s.path.name, s.label, s.patient, s.split) for s in read_table(path).samples]


@pytest.mark.parametrize(
    "text",
    [
        "file,label\na.png,NORMAL\nb.png,PNEUMONIA\n",
        "label;file\r\nnormal;a.png\r\npneumonia;b.png\r\n",
        "\ufefffile;label\r\na.png;0\r\n\r\nb.png;1\r\n",
        "Image Index,Finding Labels,Patient Age\na.png,No Finding,3\nb.png,Infiltration|Pneumonia,4\n",
        "patientId,Target\na,0\nb,1\n",
        "filename\tfinding\na.png\tNo finding\nb.png\tLung Opacity\n",
    ],
)
def test_tables_as_public_sets_and_spreadsheets_have_them(tmp_path, text) -> None:
    files(tmp_path, "a.png", "b.png")
    assert [row[:2] for row in said(tmp_path, text)] == [("a.png", 0), ("b.png", 1)]


def test_utf_16_as_an_old_spreadsheet_writes_it(tmp_path) -> None:
    files(tmp_path, "ä.png")
    assert said(tmp_path, "file\tlabel\nä.png\tnormal\n".encode("utf-16"))[0][0] == "ä.png"


def test_files_in_folders_below_without_ending_and_with_backslashes(tmp_path) -> None:
    files(tmp_path, "images/part 1/a.jpeg", "images/b.dcm")
    assert [row[0] for row in said(tmp_path, "file,label\na,0\nimages\\b,1\n")] == ["a.jpeg", "b.dcm"]


def test_patient_and_split_are_taken(tmp_path) -> None:
    files(tmp_path, "a.png", "b.png")
    rows = said(tmp_path, "file,label,patient_id,split\na.png,0,p7,Validation\nb.png,1,,\n")
    assert rows == [("a.png", 0, "p7", "val"), ("b.png", 1, "b", "train")]


def test_what_cannot_be_used_is_told(tmp_path) -> None:
    files(tmp_path, "a.png", "b.png", "c.png")
    path = tmp_path / "t.csv"
    path.write_text("file,label\na.png,0\nb.png,effusion\nc.png,Effusion\nb.png,effusion\ngone.png,1\n,1\n")
    rows = read_table(path)
    assert [sample.path.name for sample in rows.samples] == ["a.png"]
    assert rows.bad_labels == {"effusion": 2, "Effusion": 1}
    assert rows.not_found == [Path("gone.png")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "no column"),
        (b"a,b\n1,2\n", "no column for the file"),
        (b"file,b\n1,2\n", "no column for the label"),
        (b"file,label\nx.png,0\n", "no scan that can be used"),
        (b"\x00\xff\x00\xfe" * 9, "not a table"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, text, words) -> None:
    with pytest.raises(DatasetError, match=words):
        said(tmp_path, text)


def test_what_is_written_is_read_back(tmp_path) -> None:
    files(tmp_path, "x/a, b.png", 'x/"q".png')
    samples = [
        Sample(tmp_path / "x" / "a, b.png", 0, "one, two", "test", "p1"),
        Sample(tmp_path / "x" / '"q".png', 1, "three", "val", "p;2"),
    ]
    write_table(tmp_path / "elsewhere" / "held.csv", samples)
    assert read_table(tmp_path / "elsewhere" / "held.csv").samples == samples


def test_the_one_table_of_a_folder(tmp_path) -> None:
    assert table_in(tmp_path) is None
    files(tmp_path, "labels.CSV", "a.png")
    assert table_in(tmp_path) == tmp_path / "labels.CSV"
    files(tmp_path, "more.csv")
    assert table_in(tmp_path) is None


def test_words_for_labels() -> None:
    assert [label_of(word) for word in ("Normal ", "VIRUS", "", "Edema|No Finding", "effusion")] == [
        0,
        1,
        None,
        None,
        None,
    ]
