"""Tables of labels as people have them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Sample
from core.datasets.table import read_table, table_in, write_table
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
        "sep=;\r\nfile;label\r\na.png;0\r\n;\r\nb.png;1\r\n",
        "\n\nfile,label\na.png,0\nb.png,1\n",
        'file,label\n"a.png","0"\n"b.png","1"',
        "Image Index,Finding Labels,Patient Age\na.png,No Finding,3\nb.png,Infiltration|Pneumonia,4\n",
        "patientId,Target\na,0\nb,1\n",
        "filename\tfinding\na.png\tNo finding\nb.png\tPneumonia/Bacterial\n",
        "Path,No Finding,Pneumonia\nset/a.png,1.0,\nset/b.png,,1.0\n",
    ],
)
def test_tables_as_public_sets_and_spreadsheets_have_them(tmp_path, text) -> None:
    files(tmp_path, "a.png", "b.png")
    assert [row[:2] for row in said(tmp_path, text)] == [("a.png", 0), ("b.png", 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_as_spreadsheets_save_them(tmp_path, encoding) -> None:
    files(tmp_path, "Thörax é.png")
    assert said(tmp_path, "file;label\nThörax é.png;normal\n".encode(encoding))[0][0] == "Thörax é.png"


def test_boxes_drawn_in_a_scan_are_one_scan(tmp_path) -> None:
    files(tmp_path, "a.dcm", "b.dcm")
    text = "patientId,x,y,Target\na,1,2,1\na,30,40,1\nb,,,0\n"
    assert said(tmp_path, text) == [
        ("a.dcm", 1, str(tmp_path / "a"), "train"),
        ("b.dcm", 0, str(tmp_path / "b"), "train"),
    ]


def test_a_file_under_both_labels_stays_under_both(tmp_path) -> None:
    files(tmp_path, "a.png")
    assert [row[1] for row in said(tmp_path, "file,label\na.png,1\na.png,0\n")] == [1, 0]


def test_patient_dataset_and_split_are_taken(tmp_path) -> None:
    files(tmp_path, "a.png", "person7_virus_1.png", "c.png")
    text = "file,label,patient_id,split\na.png,0,p7,Validation\nperson7_virus_1.png,1,,\nc.png,1,p8,testing\n"
    assert said(tmp_path, text) == [
        ("a.png", 0, "p7", "val"),
        ("person7_virus_1.png", 1, "person7", "train"),
        ("c.png", 1, "p8", "test"),
    ]
    samples = read_table(tmp_path / "labels.csv").samples
    assert {sample.dataset for sample in samples} == {tmp_path.name}


def test_a_table_called_like_a_part_is_that_part(tmp_path) -> None:
    files(tmp_path, "a.png", "b.png")
    assert said(tmp_path, "file,label\na.png,0\n", "test.csv")[0][3] == "test"
    assert said(tmp_path, "file,label,split\na.png,0,train\nb.png,1,\n", "val.csv")[0][3] == "train"


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
        (b"", "no column for the file"),
        (b"a,b\n1,2\n", "no column for the file"),
        (b"file,b\n1,2\n", "no column for the label"),
        (b"file,label\nx.png,0\n", "1 files are not there, such as x.png"),
        (b"file,label\nx.png,cyst\n", "neither NORMAL nor PNEUMONIA, such as 'cyst'"),
        (b"PK\x03\x04\0\0", "not a table of text: save it as CSV"),
        (b'file,label\n"' + b"x" * 200_000 + b'",0\n', "the table is damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, text, words) -> None:
    with pytest.raises(DatasetError, match=words):
        said(tmp_path, text)


def test_a_table_that_is_gone(tmp_path) -> None:
    with pytest.raises(DatasetError, match=r"labels\.csv cannot be read"):
        read_table(tmp_path / "labels.csv")


def test_what_is_written_is_read_back(tmp_path) -> None:
    names = ["a, b.png", 'q";.png', "ünï.png", " blanks .png", "no ending"]
    if sys.platform == "linux":
        names += ["back\\slash.png", "two\nlines.png", os.fsdecode(b"\xe4\xff.png")]
    files(tmp_path, *(f"x/{name}" for name in names))
    samples = [
        Sample(
            tmp_path / "x" / name,
            i % 2,
            ("one, two", "three")[i % 2],
            ("test", "val", "train")[i % 3],
            f"p;{i}",
            f"{i:064x}" if i else "",
        )
        for i, name in enumerate(names)
    ]
    write_table(tmp_path / "elsewhere" / "held.csv", samples)
    assert read_table(tmp_path / "elsewhere" / "held.csv").samples == samples


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"file,label\n{text}".encode()))
def test_no_table_makes_it_stumble(tmp_path_factory, content) -> None:
    path = tmp_path_factory.getbasetemp() / "any table.csv"
    path.write_bytes(content)
    with contextlib.suppress(DatasetError):
        read_table(path)


def test_a_hundred_thousand_rows_take_about_a_second(tmp_path) -> None:
    """Of scans that are not there at all, the dearest: all are looked for."""
    files(tmp_path, *(f"images_{i % 12:03}/{i:08}_000.png" for i in range(2000)))
    rows = (
        f"{i:08}_000.png,{'No Finding' if i % 2 else 'Pneumonia|Effusion'},{i // 3}" for i in range(100_000)
    )
    text = "\n".join(["Image Index,Finding Labels,Patient ID", *rows])
    (tmp_path / "labels.csv").write_text(text)
    began = time.process_time()
    rows_read = read_table(tmp_path / "labels.csv")
    assert (len(rows_read.samples), len(rows_read.not_found)) == (2000, 98_000)
    assert time.process_time() - began < 20  # one or two where nothing else runs


def test_the_one_table_of_a_folder(tmp_path) -> None:
    assert table_in(tmp_path) is None
    files(tmp_path, "labels.CSV", "a.png", "._labels.csv")
    assert table_in(tmp_path) == tmp_path / "labels.CSV"
    files(tmp_path, "more.csv")
    with pytest.raises(DatasetError, match="2 tables"):
        table_in(tmp_path)
