from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pydicom
import pytest
from highdicom.sr import ComprehensiveSR, srread
from pydicom.sr.codedict import codes
from pydicom.uid import ComprehensiveSRStorage, SecondaryCaptureImageStorage

from core.export.dicom import write_dicom
from core.imaging.decode import decode_file
from core.imaging.quiet import quiet
from core.progress import Cancelled, NullProgress
from core.reading.overlay import overlay
from core.review import Review
from core.version import VERSION
from tests.core.export.scans import (
    INSTANCE,
    SERIES,
    STUDY,
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
from tests.pictures import radiograph

SOURCE_CLASS = "1.2.840.10008.5.1.4.1.1.1.1"


def _written(tmp_path, scan, named=True):
    """Image and report, read back from disk."""
    image, report = write_dicom(tmp_path / "out", [scan], named, NullProgress()).files
    return pydicom.dcmread(image), srread(report)


def _group(report):
    (group,) = report.content.get_image_measurement_groups()
    return group


def test_an_image_and_a_report_are_written_for_each_scan(tmp_path):
    root = tmp_path / "scans"
    items = [item(dicom_file(root / name, seed), root) for seed, name in enumerate(("a.dcm", "b/a.dcm"))]
    written = write_dicom(tmp_path / "out", items, True, NullProgress())
    assert [path.relative_to(tmp_path / "out").as_posix() for path in written.files] == [
        "a-evidence.dcm",
        "a-report.dcm",
        "b/a-evidence.dcm",
        "b/a-report.dcm",
    ]
    classes = [pydicom.dcmread(path, stop_before_pixels=True).SOPClassUID for path in written.files]
    assert classes == [SecondaryCaptureImageStorage, ComprehensiveSRStorage] * 2


def test_the_image_is_the_scan_with_its_evidence_in_colour(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm"))
    image, _ = _written(tmp_path, scan)
    expected = overlay(decode_file(scan.found.path).windowed(), scan.reading)
    np.testing.assert_array_equal(image.pixel_array, expected)
    assert (image.PhotometricInterpretation, image.Modality, image.ConversionType) == ("RGB", "OT", "WSD")
    assert image.ImageType[:2] == ["DERIVED", "SECONDARY"]
    assert image.BurnedInAnnotation == "YES"
    assert "Not for diagnosis." in image.DerivationDescription
    assert "model one" in image.DerivationDescription


def test_both_belong_to_the_study_of_the_scan_and_refer_to_it(tmp_path):
    image, report = _written(tmp_path, item(dicom_file(tmp_path / "a.dcm")))
    assert image.StudyInstanceUID == report.StudyInstanceUID == STUDY
    assert len({image.SeriesInstanceUID, report.SeriesInstanceUID, SERIES}) == 3
    assert len({image.SOPInstanceUID, report.SOPInstanceUID, INSTANCE}) == 3
    (source,) = image.SourceImageSequence
    assert (source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID) == (SOURCE_CLASS, INSTANCE)
    assert "ReferencedFrameNumber" not in source
    assert source.PurposeOfReferenceCodeSequence[0].CodeValue == "121322"
    assert set(report.get_evidence()) == {
        (STUDY, SERIES, INSTANCE, SOURCE_CLASS),
        (STUDY, image.SeriesInstanceUID, image.SOPInstanceUID, SecondaryCaptureImageStorage),
    }
    (measured,) = _group(report).source_images
    assert measured.referenced_sop_instance_uid == INSTANCE
    assert report.content[0].ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert image.SOPInstanceUID in str(report.ContentSequence), "the image is in the report's library"


def test_the_report_says_what_was_read_and_by_what(tmp_path):
    scan = item(
        dicom_file(tmp_path / "a.dcm"),
        review=Review("NORMAL", "x"),
        fingerprint="ab12" * 8,
        as_displayed="inverted",
    )
    group = _group(_written(tmp_path, scan)[1])
    assert group.finding_type.value == "233604007"
    probability, point = group.get_measurements()
    assert probability.name == codes.DCM.Probability
    assert (probability.value, point.value) == (0.934, 0.41)
    assert probability.unit.value == "1"
    said = [(each.name.value, each.value.value) for each in group.get_qualitative_evaluations()]
    assert said == [("model-label", "233604007"), ("gate", "accepted"), ("review-label", "17621005")]
    text = {
        (each.ConceptNameCodeSequence[0].CodeMeaning, each.TextValue)
        for each in group[0].ContentSequence
        if each.ValueType == "TEXT"
    }
    assert {
        ("Algorithm Name", "model one"),
        ("Algorithm Version", "ab12" * 8),
        ("Algorithm Parameters", "engine: openvino cpu fp32"),
        ("Algorithm Parameters", "read: inverted"),
        ("Algorithm Parameters", "Research and education only. Not for diagnosis."),
    } <= text


def test_a_report_is_never_a_person_s_word(tmp_path):
    _, report = _written(tmp_path, item(dicom_file(tmp_path / "a.dcm")))
    assert isinstance(report, ComprehensiveSR)
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    assert report.PreliminaryFlag == "PRELIMINARY"
    assert report.SoftwareVersions == VERSION


def test_a_rejection_is_in_the_report(tmp_path):
    _, report = _written(tmp_path, item(dicom_file(tmp_path / "a.dcm"), **rejected()))
    said = [each.value.meaning for each in _group(report).get_qualitative_evaluations()]
    assert said[1:] == [
        "Rejected: does not look like a frontal chest X-ray",
        "Rejected: colour picture",
    ]


def test_with_names_patient_and_study_are_those_of_the_scan(tmp_path):
    for written in _written(tmp_path, item(dicom_file(tmp_path / "a.dcm", PatientAge="053Y"))):
        assert written.PatientName == "Quigley^Zsofia"
        assert (written.PatientID, written.PatientBirthDate, written.PatientSex) == (
            "HOSP-0042",
            "19700203",
            "F",
        )
        assert (written.StudyDate, written.StudyTime, written.AccessionNumber) == (
            "20240105",
            "101112",
            "ACC-77",
        )
        assert written.PatientAge == "053Y"


def test_without_names_nothing_leaves_that_names_the_patient(tmp_path):
    path = dicom_file(tmp_path / "holiday" / "Quigley Zsofia.dcm", StudyDescription="Zsofia's chest")
    scan = item(path, review=Review("NORMAL", "Zsofia again"))
    files = write_dicom(tmp_path / "out", [scan], False, NullProgress()).files
    name = f"scan-{scan.sha256[:12]}"
    assert [path.name for path in files] == [f"{name}-evidence.dcm", f"{name}-report.dcm"]
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.pop("PixelData", None)
        assert leaks(dataset.to_json().encode()) == []
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyID"):
            assert not dataset[keyword].value, keyword
        assert dataset.StudyInstanceUID == STUDY, "or the report could not be put beside its scan"


@pytest.mark.parametrize("named", [True, False])
def test_a_picture_has_a_study_of_its_own(tmp_path, named):
    image, report = _written(tmp_path, item(picture(tmp_path / "a.jpeg")), named)
    assert image.StudyInstanceUID == report.StudyInstanceUID
    assert "SourceImageSequence" not in image
    (measured,) = _group(report).source_images
    assert measured.referenced_sop_instance_uid == image.SOPInstanceUID
    assert [evidence[2] for evidence in report.get_evidence()] == [image.SOPInstanceUID]
    assert image.LossyImageCompression == "01", "a JPEG was compressed with loss"
    assert image.PatientName == image.PatientID == ""


@pytest.mark.parametrize(
    ("missing", "value"),
    [
        ("StudyInstanceUID", ""),
        ("StudyInstanceUID", "no UID"),
        ("SeriesInstanceUID", ""),
        ("SeriesInstanceUID", "no UID"),
        ("SOPInstanceUID", "no UID"),
        ("SOPClassUID", "no UID"),
    ],
)
def test_a_scan_that_does_not_say_what_it_is_gets_the_references_that_hold(tmp_path, missing, value):
    with pydicom.config.disable_value_validation():
        path = dicom_file(tmp_path / "a.dcm", **{missing: value})
    image, report = _written(tmp_path, item(path))
    assert ("SourceImageSequence" in image) == (not missing.startswith("SOP"))
    assert [evidence[2] for evidence in report.get_evidence()] == [image.SOPInstanceUID]
    assert image.StudyInstanceUID.is_valid


def test_a_uid_that_archives_have_although_it_is_malformed_is_referred_to(tmp_path):
    with pydicom.config.disable_value_validation():
        path = dicom_file(tmp_path / "a.dcm", StudyInstanceUID="1.2.03", SOPInstanceUID="1.2.04")
    write_dicom(tmp_path / "out", [item(path)], True, NullProgress())
    with quiet():  # pydicom warns of them when they are read back
        image, report = _written(tmp_path, item(path))
        assert image.StudyInstanceUID == report.StudyInstanceUID == "1.2.03"
        assert image.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.04"
        assert ("1.2.03", SERIES, "1.2.04", SOURCE_CLASS) in report.get_evidence()


def test_of_several_frames_the_first_is_referred_to(tmp_path):
    frames = np.stack([radiograph(seed).astype(np.uint16) for seed in range(3)])
    path = dicom_file(tmp_path / "a.dcm")
    dataset = pydicom.dcmread(path)
    dataset.PixelData, dataset.NumberOfFrames = frames.tobytes(), 3
    dataset.Rows, dataset.Columns = frames.shape[1:]
    dataset.save_as(path)
    image, report = _written(tmp_path, item(path))
    assert image.SourceImageSequence[0].ReferencedFrameNumber == 1
    (measured,) = _group(report).source_images
    assert measured.referenced_frame_numbers == [1]


@pytest.mark.parametrize(
    ("elements", "keyword", "kept"),
    [
        (
            {"PatientName": "Łódź^Żaneta=肺^炎", "SpecificCharacterSet": "ISO_IR 192"},
            "PatientName",
            "Łódź^Żaneta=肺^炎",
        ),
        ({"PatientName": "Müller", "SpecificCharacterSet": "ISO_IR 100"}, "PatientName", "Müller"),
        ({"PatientName": "x" * 200}, "PatientName", "x" * 64),
        ({"PatientBirthDate": "20231399"}, "PatientBirthDate", ""),
        ({"PatientBirthDate": "3 May"}, "PatientBirthDate", ""),
        ({"StudyTime": "9 o'clock"}, "StudyTime", ""),
        ({"PatientSex": "female"}, "PatientSex", ""),
        ({"PatientSex": "O"}, "PatientSex", "O"),
        ({"AccessionNumber": "1234567890123456789"}, "AccessionNumber", "1234567890123456"),
    ],
)
def test_malformed_values_of_the_patient_do_not_get_on(tmp_path, elements, keyword, kept):
    with pydicom.config.disable_value_validation():
        path = dicom_file(tmp_path / "a.dcm", **elements)
    for written in _written(tmp_path, item(path)):
        assert str(written[keyword].value or "") == kept


def test_scans_that_were_not_read_are_left_out_and_told(tmp_path):
    items = [
        item(dicom_file(tmp_path / "a.dcm")),
        item(tmp_path / "gone.dcm", **failed("gone.dcm does not exist")),
        item(dicom_file(tmp_path / "b.dcm", 2, BurnedInAnnotation="YES")),
    ]
    written = write_dicom(tmp_path / "out", items, False, NullProgress())
    assert len(written.files) == 2
    assert [each.reason for each in written.left_out] == [
        "scan-unopened-1 does not exist",
        f"scan-{items[2].sha256[:12]} has the patient's name written in the picture: tick that names are "
        "included, if they may be",
    ]


def test_cancelled_leaves_nothing(tmp_path):
    items = [item(picture(tmp_path / f"{n}.png", n)) for n in range(3)]
    with pytest.raises(Cancelled):
        write_dicom(tmp_path / "out", items, True, Stopping(2))
    assert files_below(tmp_path) == ["0.png", "1.png", "2.png"]


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="no dicom3tools here")
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("kind", ["dicom", "bare", "picture", "rejected"])
def test_a_validator_of_dicom_finds_no_error(tmp_path, kind, named):
    scan = {
        "dicom": lambda: item(dicom_file(tmp_path / "a.dcm"), review=Review("PNEUMONIA")),
        "bare": lambda: item(dicom_file(tmp_path / "a.dcm", BodyPartExamined="", PatientOrientation="")),
        "picture": lambda: item(picture(tmp_path / "a.png"), reading=reading(model="肺 «x»")),
        "rejected": lambda: item(picture(tmp_path / "a.png"), **rejected()),
    }[kind]()
    for path in write_dicom(tmp_path / "out", [scan], named, NullProgress()).files:
        said = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
        assert [line for line in said.stderr.splitlines() if line.startswith("Error")] == []
