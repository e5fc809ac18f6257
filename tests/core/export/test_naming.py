from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from core.errors import ScanError
from core.export.naming import TAKEN_OUT, Naming, without
from core.imaging.decode import decode_file
from core.reading.finding import Found
from core.review import Review
from tests.core.export.scans import dicom_file, failed, item, picture


def test_a_scan_is_called_by_its_path_or_by_its_hash(tmp_path):
    scan = item(picture(tmp_path / "Quigley Zsofia.png"))
    assert Naming(True).name(scan) == str(tmp_path / "Quigley Zsofia.png")
    assert Naming(False).name(scan) == f"scan-{scan.sha256[:12]}"


def test_files_that_were_never_opened_are_numbered(tmp_path):
    """A hash of the name would not do: it can be guessed from the name."""
    naming = Naming(False)
    # Made anew each time, as they are in the window
    names = [naming.name(item(tmp_path / name)) for name in ("a.png", "b.png", "a.png")]
    assert names == ["scan-unopened-1", "scan-unopened-2", "scan-unopened-1"]


@pytest.mark.parametrize("name", ["jane.png", "Doe  Zsofia.dcm", "a.png", "no suffix", "x\ny.png", "is.png"])
@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.4", b"\xff\xd8\xff\xe0", b"text", b"\x89PNG\r\n\x1a\n", None]
)
def test_reasons_of_decoding_lose_the_name_of_the_file(tmp_path, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScanError) as raised:
        decode_file(path)
    scan = item(path, **failed(str(raised.value)))
    said = Naming(False).reason(scan)
    assert said.startswith("scan-")
    assert " ".join(name.split()) not in said.replace("does not", "")
    assert Naming(True).reason(scan) == scan.reason


def test_a_name_that_no_system_can_have_is_taken_out_too(tmp_path):
    path = Path(str(tmp_path), "jane\0doe.png")
    with pytest.raises(ScanError) as raised:
        decode_file(path)
    said = Naming(False).reason(
        replace(item(tmp_path / "x"), found=Found(path, PurePath(path.name)), reason=str(raised.value))
    )
    assert "jane" not in said
    assert said.endswith("is not the name of a file")


def test_other_reasons_stay_as_they_are(tmp_path):
    scan = item(picture(tmp_path / "jane.png"), reason="does not look like a frontal chest X-ray")
    assert Naming(False).reason(scan) == scan.reason


def test_a_file_named_like_a_word_of_ours_does_not_garble_what_is_said(tmp_path):
    scan = item(tmp_path / "empty.jpeg", **failed("empty.jpeg is empty: copy or export it again"))
    assert Naming(False).reason(scan) == f"{Naming(False).name(scan)} is empty: copy or export it again"


def test_a_note_loses_the_names_that_are_known(tmp_path):
    path = dicom_file(tmp_path / "IM-0001.dcm")
    note = "ZSOFIA quigley (HOSP-0042, born 19700203), im-0001.dcm: zsofian's opacity"
    scan = item(path, review=Review("NORMAL", note))
    assert Naming(True).note(scan) == note
    gone = TAKEN_OUT
    assert Naming(False).note(scan) == f"{gone} {gone} ({gone}, born {gone}), {gone}: zsofian's opacity"


@pytest.mark.parametrize("note", ["", 'right base;\n«denser» than left, e.g. "7 mm"'])
def test_a_note_without_names_stays_as_it_is(tmp_path, note):
    scan = item(dicom_file(tmp_path / "x.dcm"), review=Review("NORMAL", note))
    assert Naming(False).note(scan) == note


def test_a_note_outlives_its_file(tmp_path):
    scan = item(tmp_path / "gone.png", review=Review("NORMAL", "gone.png is clear"))
    assert Naming(False).note(scan) == f"{TAKEN_OUT} is clear"


def test_longer_names_go_first():
    assert without("Zsofia Quigley, Zsofia", ["Zsofia", "Zsofia Quigley"], "x") == "x, x"
    assert without("a+b", ["a+b"], "\\1") == "\\1"


def _places(naming, *paths):
    root = Path("/root/of/all")
    found = [Found(root / path, PurePath(path)) for path in paths]
    return [
        naming.place(replace(item(Path("none")), found=each, sha256="ab" * 32)).as_posix() for each in found
    ]


def test_places_follow_the_folders_and_no_two_are_the_same():
    assert _places(Naming(True), "a.png", "b/a.png", "a.dcm", "A.PNG", "1.2.840.5", "x.y.jpeg", "a.b") == [
        "a",
        "b/a",
        "a-2",
        "A-3",
        "1.2.840.5",
        "x.y",
        "a.b",
    ]


def test_places_stay_in_their_folder():
    assert _places(Naming(True), "../../a.png", "/etc/b.png") == ["a", "etc/b"]


def test_places_without_names_are_hashes():
    assert _places(Naming(False), "a.png", "b.png") == ["scan-abababababab", "scan-abababababab-2"]
