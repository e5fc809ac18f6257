from __future__ import annotations

import datetime
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from core.errors import LungfieldError
from core.export.report import write_folder_report, write_scan_report, write_scan_reports
from core.imaging.decode import decode_file
from core.progress import Cancelled, NullProgress
from core.reading.overlay import blend, burnt_in
from core.review import Review
from tests.core.export import printed
from tests.core.export.scans import (
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

DATE = datetime.date(2026, 11, 5)
DISCLAIMER = "Research and education only. Not for diagnosis."


def _report(tmp_path, scan, named=True):
    path = tmp_path / "out" / "scan.pdf"
    assert write_scan_report(path, scan, named, NullProgress(), date=DATE).files == (path,)
    return path


def _folder(tmp_path, items, named=True, title="March"):
    path = tmp_path / "out" / "folder.pdf"
    write_folder_report(path, items, title, named, NullProgress(), date=DATE)
    return path


def _after(path, name):
    """What is printed right after a name of a fact."""
    texts = [text for page in printed.pages(path) for text in page]
    return texts[texts.index(name) + 1]


def test_a_scan_s_report_says_what_was_read_by_what_and_what_the_person_says(tmp_path):
    review = Review("NORMAL", "clear\nto me", "2026-11-04T10:20:30+00:00")
    scan = item(
        dicom_file(tmp_path / "a.dcm"), review=review, fingerprint="ab12" * 8, as_displayed="inverted"
    )
    path = _report(tmp_path, scan)
    texts = printed.words(path).splitlines()
    assert {"PNEUMONIA", "Probability of pneumonia 0.934", "operating point 0.410", "2026-11-05"} <= set(
        texts
    )
    assert any(text.startswith(DISCLAIMER) for text in texts)
    assert _after(path, "Gate") == "accepted"
    assert _after(path, "Operating point") == "0.410"
    assert _after(path, "Read") == "inverted"
    assert _after(path, "Engine") == "openvino cpu fp32"
    assert _after(path, "SHA-256") == scan.sha256
    assert _after(path, "Review") == "NORMAL: corrects the reading (2026-11-04 10:20:30 UTC)"
    assert texts[texts.index("Note") + 1 :][:2] == ["clear", "to me"]
    assert "model one" in _after(path, "Model")
    assert "ab12ab12ab12" in printed.words(path)


ADULTS = {"adults": {"n": 60, "auc": 0.853, "sensitivity": 0.8, "specificity": 0.9, "ages": [18, 95]}}


@pytest.mark.parametrize(
    ("named", "age", "told"),
    [
        (True, "042Y", "adults, for this patient of 42 years: 60 scans, AUC 0.85; sensitivity 80%, speci"),
        (False, "042Y", "adults, for this patient: 60 scans, AUC 0.85; sensitivity 80%, specificity 90%"),
        (True, "004Y", "patients older or younger than this patient of 4 years: how well it reads this"),
    ],
)
def test_a_scan_s_report_says_whose_figures_apply(tmp_path, named, age, told):
    scan = item(dicom_file(tmp_path / "a.dcm", PatientAge=age), metrics=ADULTS)
    assert _after(_report(tmp_path, scan, named=named), "Measured on").startswith(told)


@pytest.mark.parametrize("facts", [{"metrics": ADULTS} | rejected(), {}])
def test_no_figures_are_told_of_a_scan_turned_away_nor_where_none_are_known(tmp_path, facts):
    scan = item(dicom_file(tmp_path / "a.dcm", PatientAge="042Y"), **facts)
    assert "Measured on" not in printed.words(_report(tmp_path, scan))


def test_the_evidence_stands_beside_the_plain_picture(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm", size=(600, 700)))
    path = _report(tmp_path, scan)
    evidence, plain = printed.pictures(path)
    pixels = decode_file(scan.found.path).windowed()
    assert evidence.shape == plain.shape == burnt_in(pixels).shape, "with the disclaimer below"
    assert np.abs(evidence[:600, :700].astype(int) - blend(pixels, scan.reading.heatmap)).mean() < 3
    assert np.abs(plain.astype(int) - burnt_in(pixels)).mean() < 3
    assert {"against pneumonia", "for pneumonia (log-odds)", "+12", "+6"} <= set(
        printed.pages(_report(tmp_path, scan))[0]
    )


def test_a_rejection_is_said_before_everything_else(tmp_path):
    path = _report(tmp_path, item(picture(tmp_path / "a.png"), **rejected()))
    said = "Rejected, so the reading is not to be relied on: does not look like a frontal chest X-ray; colour"
    assert said in printed.words(path).replace("\n", " ")
    assert _after(path, "Gate").startswith("rejected: does not look like")


def test_a_scan_that_failed_has_a_report_that_says_so(tmp_path):
    path = _report(tmp_path, item(tmp_path / "a.png", **failed("a.png is empty")))
    assert "This file could not be read as a scan. a.png is empty" in printed.words(path)
    assert printed.pictures(path) == []


def test_a_scan_that_was_not_read_is_shown_without_evidence(tmp_path):
    path = _report(tmp_path, item(picture(tmp_path / "a.png"), status="unread", reading=None))
    assert "This scan has not been read." in printed.words(path)
    assert len(printed.pictures(path)) == 1


def test_a_scan_whose_file_is_gone_keeps_its_reading(tmp_path):
    path = _report(tmp_path, item(tmp_path / "gone.png", sha256="ab" * 32), named=False)
    texts = printed.words(path)
    assert "Probability of pneumonia 0.934" in texts
    assert "There is no picture here. scan-abababababab does not exist" in texts.replace("\n", " ")
    assert printed.pictures(path) == []


def test_a_reading_whose_evidence_was_not_kept_is_told_without(tmp_path):
    path = _report(tmp_path, item(picture(tmp_path / "a.png"), reading=reading().without_map()))
    assert "Probability of pneumonia 0.934" in printed.words(path)
    assert len(printed.pictures(path)) == 1


def test_a_long_note_goes_on_over_pages_that_are_numbered(tmp_path):
    note = "\n".join(f"line {number}" for number in range(200))
    path = _report(tmp_path, item(picture(tmp_path / "a.png"), review=Review("", note)))
    pages = printed.pages(path)
    assert [text for page in pages for text in page if text.startswith("line ")] == note.splitlines()
    assert len(pages) == int(printed.total(path)) > 3
    assert [f"{number} /" in page for number, page in enumerate(pages, start=1)] == [True] * len(pages)
    assert all(any(text.startswith(DISCLAIMER) for text in page) for page in pages)


def test_with_names_the_report_tells_file_patient_and_study(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm"))
    path = _report(tmp_path, scan)
    assert _after(path, "Scan") == str(tmp_path / "a.dcm")
    assert _after(path, "Patient") == "Quigley Zsofia, ID HOSP-0042, born 19700203, F"
    assert _after(path, "Study") == "20240105, accession ACC-77"


def test_without_names_nothing_is_printed_that_names_the_patient(tmp_path):
    path = dicom_file(tmp_path / "holiday" / "Quigley Zsofia.dcm", StudyDescription="Zsofia's chest")
    scan = item(path, review=Review("NORMAL", "Zsofia again"))
    report = _report(tmp_path, scan, named=False)
    assert leaks(printed.words(report).encode()) == leaks(printed.properties(report)) == []
    assert _after(report, "Scan") == f"scan-{scan.sha256[:12]}"
    gone = item(tmp_path / "Zsofia.dcm", **failed("Zsofia.dcm does not exist"))
    folder = _folder(tmp_path, [scan, gone], named=False, title="Quigley family")
    assert leaks(printed.words(folder).encode()) == leaks(printed.properties(folder)) == []


def test_a_name_written_in_the_picture_leaves_only_with_names(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm", BurnedInAnnotation="YES"))
    assert printed.pictures(_report(tmp_path, scan, named=False)) == []
    assert len(printed.pictures(_report(tmp_path, scan, named=True))) == 2


def test_reports_of_many_scans_are_a_file_each(tmp_path):
    root = tmp_path / "scans"
    items = [
        item(picture(root / "a.png", 1), root),
        item(picture(root / "b" / "a.png", 2), root),
        item(root / "c.png", root, **failed("c.png is empty")),
        item(picture(root / "d.png", 3), root, status="unread", reading=None),
    ]
    written = write_scan_reports(tmp_path / "out", items, True, NullProgress())
    assert files_below(tmp_path / "out") == ["a.pdf", "b/a.pdf"]
    assert len(written.files) == 2
    assert [each.reason for each in written.left_out] == ["c.png is empty", "it was not read"]


def test_a_report_of_somebody_elses_is_not_replaced(tmp_path):
    """The folder may be that of the scans, with what was written of them."""
    items = [item(picture(tmp_path / "a.png"), tmp_path)]
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 what the radiologist wrote")
    for _ in range(2):
        written = write_scan_reports(tmp_path, items, True, NullProgress())
        assert written.files == (tmp_path / "a-2.pdf",)
    assert (tmp_path / "a.pdf").read_bytes() == b"%PDF-1.4 what the radiologist wrote"


def _many(tmp_path):
    read = item(picture(tmp_path / "a.png"))
    normal = reading(probability=0.125, label="NORMAL")
    return [
        replace(read, review=Review("PNEUMONIA")),
        replace(read, review=Review("NORMAL")),
        replace(read, reading=normal, review=Review("NORMAL")),
        replace(read, reading=normal, review=Review("NORMAL", "small")),
        replace(read, reading=normal, review=Review("", "only a note")),
        item(tmp_path / "a.png", **rejected(), review=Review("PNEUMONIA")),
        item(tmp_path / "gone.png", **failed("gone.png does not exist"), review=Review("NORMAL")),
        replace(read, reading=None, status="unread"),
    ]


def test_a_folder_s_report_counts_by_status_label_and_review(tmp_path):
    path = _folder(tmp_path, _many(tmp_path))
    assert "March" in printed.words(path)
    assert _after(path, "Read and accepted by the gate") == "5"
    assert _after(path, "    of these PNEUMONIA") == "2  (40%)"
    assert _after(path, "    of these NORMAL") == "3  (60%)"
    assert _after(path, "Rejected by the gate") == "1"
    assert _after(path, "Could not be read") == "1"
    assert _after(path, "Not read yet") == "1"
    assert _after(path, "Reviewed with a label") == "6"


def test_a_folder_s_report_compares_readings_with_reviews(tmp_path):
    path = _folder(tmp_path, _many(tmp_path))
    # By hand: tp 2 (one of them rejected), fp 1, tn 2, fn 0; Wilson's interval of 4/5
    assert _after(path, "Readings that agree") == "4/5 = 0.800  (0.38 to 0.96)"
    assert _after(path, "Sensitivity").startswith("2/2 = 1.000  (0.34 to 1.00")
    assert _after(path, "Specificity") == "2/3 = 0.667  (0.21 to 0.94)"


def test_a_folder_s_report_has_a_row_for_every_scan(tmp_path):
    items = _many(tmp_path)
    path = _folder(tmp_path, items, named=False)
    table = printed.pages(path)[1]
    rows = table[table.index("Review") + 1 :]
    name = f"scan-{items[0].sha256[:12]}"
    assert rows[: rows.index("2")] == ["1", name, "PNEUMONIA", "0.934", "ok", "PNEUMONIA"]
    assert {"Note: small", "Note: only a note", "scan-unopened-1 does not exist"} <= set(rows)
    assert {"ok", "rejected", "failed", "unread"} <= set(rows)
    assert "does not look like a frontal chest X-ray; colour picture" in rows


def test_the_chart_counts_accepted_scans_by_label_and_rejected_ones_apart(tmp_path):
    texts = printed.pages(_folder(tmp_path, _many(tmp_path)))[0]
    assert {"NORMAL 3", "PNEUMONIA 2", "rejected 1"} <= set(texts)


def test_a_table_of_many_pages_repeats_its_head_and_numbers_every_page(tmp_path):
    items = _many(tmp_path) * 40
    path = _folder(tmp_path, items)
    pages = printed.pages(path)
    assert len(pages) == int(printed.total(path)) > 5
    for number, page in enumerate(pages, start=1):
        assert f"{number} /" in page
        assert (page[4:10] == ["No.", "Scan", "Label", "Pneumonia", "Status", "Review"]) == (number > 1)
    texts = [text for page in pages[1:] for text in page]
    assert all(str(number) in texts for number in range(1, len(items) + 1))
    assert texts.count("does not look like a frontal chest X-ray; colour picture") == 40


@pytest.mark.parametrize("count", [0, 1])
def test_a_report_of_none_or_one_is_whole(tmp_path, count):
    path = _folder(tmp_path, [item(picture(tmp_path / "a.png"))] * count)
    assert len(printed.pages(path)) == int(printed.total(path)) == 1 + count
    assert _after(path, "Read and accepted by the gate") == str(count)
    assert "None of these scans was reviewed." in printed.words(path)


def test_names_of_any_script_and_length_are_printed(tmp_path):
    long = picture(tmp_path / ("x" * 100 + " Ünïcode שלום 肺.png"))
    items = [item(long, reading=reading(model="m" * 500, engine="γ")), item(long)]
    assert len(printed.pages(_folder(tmp_path, items))) == 2
    assert len(printed.pages(_report(tmp_path, items[0]))) == 1


def test_several_models_are_told_apart(tmp_path):
    scan = item(picture(tmp_path / "a.png"))
    items = [replace(scan, reading=reading(model=f"model {n}")) for n in range(5)]
    texts = printed.words(_folder(tmp_path, items))
    assert "and 2 other models, engines or points" in texts


def test_cancelled_leaves_nothing(tmp_path):
    items = [item(picture(tmp_path / "a.png"))] * 3
    out = tmp_path / "out"
    for write in (
        lambda: write_scan_report(out / "a.pdf", items[0], True, Stopping(1)),
        lambda: write_folder_report(out / "a.pdf", items, "", True, Stopping(2)),
        lambda: write_scan_reports(out / "reports", items, True, Stopping(2)),
    ):
        with pytest.raises(Cancelled):
            write()
        assert not out.exists() or files_below(out) == []


def test_a_report_that_cannot_be_written_is_told_to_a_person(tmp_path):
    with pytest.raises(LungfieldError, match="cannot write"):
        write_scan_report(tmp_path, item(picture(tmp_path / "a.png")), True, NullProgress())


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler here")
def test_another_reader_of_pdf_finds_the_same_words(tmp_path):
    scan = item(picture(tmp_path / "Łódź Москва.png"), review=Review("NORMAL", "né à «Łódź»"))
    said = subprocess.run(
        ["pdftotext", "-layout", _report(tmp_path, scan), "-"], capture_output=True, check=True
    )
    text = said.stdout.decode()
    assert said.stderr == b""
    assert "Łódź Москва.png" in text
    assert "né à «Łódź»" in text
    assert "1/1" in text.replace(" ", "")
