from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.datasets.dataset import find_samples, load
from core.datasets.patients import patient_groups
from core.datasets.splitting import split
from core.errors import LungfieldError
from core.export.dataset import grey_png, write_dataset
from core.export.pseudonym import kept_key, key, pseudonym
from core.imaging.decode import decode, decode_file
from core.imaging.preprocess import Preprocessing
from core.imaging.scan import Scan, Window
from core.progress import Cancelled, NullProgress
from core.review import Review
from tests.core.export.scans import Stopping, dicom_file, failed, files_below, item, leaks, picture

NORMAL, PNEUMONIA = Review("NORMAL"), Review("PNEUMONIA", "left base")


def _write(folder, items, named=False):
    return write_dataset(folder, items, named, NullProgress())


def _patients(folder):
    """The patient's folder by the name of the scan's file."""
    return {path.name: path.parent.name for path in folder.rglob("*.png")}


def _file_name(scan):
    return f"{scan.sha256[:12]}.png"


def test_reviewed_scans_are_written_by_label_and_patient(tmp_path):
    first = item(picture(tmp_path / "person1_a.png", 1), review=NORMAL)
    second = item(picture(tmp_path / "person2_a.png", 2), review=PNEUMONIA, status="unread", reading=None)
    others = [
        item(picture(tmp_path / "x.png", 3)),
        item(picture(tmp_path / "y.png", 4), review=Review("", "?")),
    ]
    written = _write(tmp_path / "set", [first, second, *others])
    patients = _patients(tmp_path / "set")
    assert files_below(tmp_path / "set") == [
        f"train/NORMAL/{patients[_file_name(first)]}/{_file_name(first)}",
        f"train/PNEUMONIA/{patients[_file_name(second)]}/{_file_name(second)}",
    ]
    assert written.counts == {"NORMAL": 1, "PNEUMONIA": 1}
    assert written.left_out == ()


def test_the_label_is_the_persons_and_not_the_models(tmp_path):
    scan = item(picture(tmp_path / "a.png"), review=NORMAL)
    assert scan.reading.label == "PNEUMONIA"
    (path,) = _write(tmp_path / "set", [scan]).files
    assert path.parent.parent.name == "NORMAL"


def test_scans_of_one_patient_lie_together(tmp_path):
    scans = [
        item(dicom_file(tmp_path / "a.dcm", 1, PatientID="7"), review=NORMAL),
        item(dicom_file(tmp_path / "b.dcm", 2, PatientID="7"), review=PNEUMONIA),
        item(dicom_file(tmp_path / "c.dcm", 3, PatientID="8"), review=NORMAL),
        item(dicom_file(tmp_path / "d.dcm", 4, PatientID="7", IssuerOfPatientID="other"), review=NORMAL),
        item(picture(tmp_path / "person7_1.png", 5), review=NORMAL),
        item(picture(tmp_path / "person7_2.png", 6), review=PNEUMONIA),
        item(picture(tmp_path / "plain.png", 7), review=NORMAL),
        item(picture(tmp_path / "plainer.png", 8), review=NORMAL),
    ]
    _write(tmp_path / "set", scans)
    found = _patients(tmp_path / "set")
    a, b, c, d, e, f, g, h = (found[_file_name(scan)] for scan in scans)
    assert a == b
    assert e == f
    assert len({a, c, d, e, g, h}) == 6
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in found.values())


@pytest.mark.parametrize("suffix", [".png", ".jpeg", ".tiff", ".bmp"])
def test_eight_bits_come_back_as_they_were(tmp_path, suffix):
    scan = item(picture(tmp_path / f"a{suffix}"), review=NORMAL)
    (path,) = _write(tmp_path / "set", [scan]).files
    back = decode_file(path)
    assert back.bits == 8
    np.testing.assert_array_equal(back.pixels, decode_file(scan.found.path).windowed())


def test_twelve_bits_are_written_as_sixteen_in_the_window_of_the_file(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm"), review=NORMAL)
    (path,) = _write(tmp_path / "set", [scan]).files
    back, seen = decode_file(path), decode_file(scan.found.path).windowed()
    assert back.bits == 16
    np.testing.assert_allclose(back.windowed(), seen, atol=0.5001 / 65535)


@pytest.mark.parametrize("brightest", [0.0, 0.01, 0.2, 0.26, 1.0])
def test_a_dark_scan_stays_dark(brightest):
    """Few bits used of sixteen are taken for a detector of few bits, and brightened."""
    pixels = np.linspace(0, brightest, 64 * 64, dtype=np.float32).reshape(64, 64)
    back = decode(grey_png(Scan(pixels, bits=12)), "x.png")
    np.testing.assert_allclose(back.windowed(), pixels, atol=0.5001 / 255)


def test_a_picture_is_windowed_once():
    pixels = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    scan = Scan(pixels, window=Window(0.25, 0.75), bits=16)
    back = decode(grey_png(scan), "x.png")
    np.testing.assert_allclose(back.windowed(), scan.windowed(), atol=1e-5)


@pytest.mark.parametrize("named", [True, False])
def test_no_name_leaves_with_a_scan(tmp_path, named):
    scan = item(dicom_file(tmp_path / "holiday" / "Quigley Zsofia.dcm"), review=Review("NORMAL", "Zsofia"))
    (path,) = _write(tmp_path / "set", [scan], named).files
    assert leaks(str(path.relative_to(tmp_path)).encode()) == []
    with Image.open(path) as image:
        assert image.info == {}


def test_a_name_written_in_the_picture_leaves_only_with_names(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm", BurnedInAnnotation="YES"), review=NORMAL)
    refused = _write(tmp_path / "set", [scan])
    assert (refused.files, refused.counts) == ((), {"NORMAL": 0, "PNEUMONIA": 0})
    assert len(refused.left_out) == 1
    assert len(_write(tmp_path / "set", [scan], named=True).files) == 1


def test_files_that_cannot_be_read_are_left_out_and_told(tmp_path):
    broken = tmp_path / "jane.png"
    broken.write_bytes(b"no picture")
    scans = [
        item(broken, **failed("jane.png is a text file"), review=NORMAL),
        item(tmp_path / "gone.png", sha256="ab" * 32, review=NORMAL),
        item(picture(tmp_path / "a.png"), review=NORMAL),
    ]
    written = _write(tmp_path / "set", scans)
    assert written.counts["NORMAL"] == len(written.files) == 1
    assert [each.name for each in written.left_out] == [f"scan-{s.sha256[:12]}" for s in scans[:2]]
    assert not any("jane" in each.reason for each in written.left_out)


def test_identical_files_are_written_once(tmp_path):
    first, second = (item(picture(tmp_path / name, 1), review=NORMAL) for name in ("a.png", "b.png"))
    written = _write(tmp_path / "set", [first, second])
    assert (len(written.files), written.counts["NORMAL"]) == (1, 1)


def test_a_corrected_scan_moves_to_its_other_label(tmp_path):
    scan = item(picture(tmp_path / "a.png"), review=NORMAL)
    kept = item(picture(tmp_path / "b.png", 2), review=NORMAL)
    _write(tmp_path / "set", [scan, kept])
    _write(tmp_path / "set", [replace(scan, review=PNEUMONIA)])
    labels = {path.name: path.parent.parent.name for path in (tmp_path / "set").rglob("*.png")}
    assert labels == {_file_name(scan): "PNEUMONIA", _file_name(kept): "NORMAL"}
    assert len(list((tmp_path / "set" / "train" / "NORMAL").iterdir())) == 1


def test_a_scan_whose_label_was_taken_back_is_taken_out(tmp_path):
    scan = item(picture(tmp_path / "a.png"), review=NORMAL)
    kept = item(picture(tmp_path / "b.png", 2), review=NORMAL)
    elsewhere = item(picture(tmp_path / "c.png", 3), review=PNEUMONIA)
    _write(tmp_path / "set", [scan, kept, elsewhere])
    _write(tmp_path / "set", [replace(scan, review=None), kept])
    names = {path.name for path in (tmp_path / "set").rglob("*.png")}
    assert names == {_file_name(kept), _file_name(elsewhere)}


def test_training_finds_what_was_written_and_splits_it_by_patient(tmp_path):
    scans = [
        item(
            dicom_file(tmp_path / f"{n}.dcm", n, (80, 90), PatientID=str(n // 2)),
            review=PNEUMONIA if n // 2 % 2 else NORMAL,
        )
        for n in range(24)
    ]
    _write(tmp_path / "set", scans)
    samples = find_samples(tmp_path / "set")
    assert Counter((s.split, s.label) for s in samples) == {("train", 0): 12, ("train", 1): 12}
    loaded = load(samples, Preprocessing(64), NullProgress())
    assert loaded.failed == []
    assert np.unique(patient_groups(loaded.samples), return_counts=True)[1].tolist() == [2] * 12
    divided = split(loaded.samples, 0.2, seed=0)
    train, val = ({s.patient for s in divided if s.split == part} for part in ("train", "val"))
    assert train
    assert val
    assert not train & val


def test_cancelled_leaves_the_folder_as_it_was(tmp_path):
    first = item(picture(tmp_path / "a.png"), review=NORMAL)
    _write(tmp_path / "set", [first])
    before = files_below(tmp_path / "set", lambda _: True)
    scans = [item(picture(tmp_path / f"{n}.png", n), review=PNEUMONIA) for n in range(2, 5)]
    with pytest.raises(Cancelled):
        write_dataset(tmp_path / "set", [replace(first, review=PNEUMONIA), *scans], False, Stopping(3))
    assert files_below(tmp_path / "set", lambda _: True) == before


def test_a_folder_that_cannot_be_written_to_is_told_to_a_person(tmp_path):
    with pytest.raises(LungfieldError, match="cannot write"):
        _write(picture(tmp_path / "a.png"), [])


def test_a_folder_that_cannot_be_looked_at_is_told_to_a_person(tmp_path):
    with pytest.raises(LungfieldError, match="cannot write"):
        _write(tmp_path / ("a" * 300), [])


def test_a_patient_has_the_same_pseudonym_each_time_on_one_computer(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "one"))
    one = pseudonym("dicom 7", key())
    assert one == pseudonym("dicom 7", kept_key())
    assert pseudonym("dicom 7", key()) == one != pseudonym("dicom 8", key())
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "other"))
    assert pseudonym("dicom 7", key()) != one


def test_a_key_that_was_cut_short_is_made_anew(tmp_path, monkeypatch):
    """As by a full disk; with another key in each export a patient would never be the same."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path))
    key()
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(b"short")
    assert kept_key() == b""
    assert key() == key() == kept_key() != b""


@pytest.mark.skipif(os.name != "posix", reason="files are private otherwise there")
def test_the_key_is_the_persons_own(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path))
    key()
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_where_no_key_can_be_kept_there_is_one_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(picture(tmp_path / "file.png")))
    assert len(key()) == 32
    assert key() != key()
