"""What an evaluation leaves on disk."""

import datetime
import json
import os
import re

import cv2
import numpy as np
import pytest

from core.errors import LungfieldError
from core.scoring import report, sheets
from core.scoring.metrics import Scored, metrics
from core.scoring.report import write_evaluation, write_pdf
from core.scoring.sheets import FOOTER

DAY = datetime.date(2025, 3, 4)
FILES = [
    "confusion_matrix.png",
    "metrics.json",
    "precision_recall.png",
    "reliability.png",
    "report.pdf",
    "roc.png",
]


def plausible(n=80, name="set"):
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 2, n)
    return Scored(labels, np.clip(0.3 * labels + rng.uniform(0, 0.7, n), 0, 1), None, 4, 2, name)


def pages_of(content):
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


@pytest.mark.parametrize("n", [80, 1, 0])
def test_leaves_the_contract_the_figures_and_one_report(tmp_path, n):
    scored = plausible(n)
    told = metrics(scored, 0.5)
    write_evaluation(tmp_path / "new" / "out", scored, told, "a model", date=DAY)
    out = tmp_path / "new" / "out"
    assert sorted(os.listdir(out)) == FILES
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8")) == told
    for name in FILES:
        if name.endswith(".png"):
            picture = cv2.imread(str(out / name))
            assert min(picture.shape[:2]) > 500
            assert np.ptp(picture) > 100
    content = (out / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.rstrip().endswith(b"%%EOF")
    assert pages_of(content) == 2
    assert b"/Creator (Lungfield)" in content
    assert b"/Title (Lungfield evaluation: set)" in content


def test_one_pdf_takes_several_datasets_and_the_training(tmp_path):
    several = [
        (scored, metrics(scored, 0.5))
        for scored in (plausible(name="first"), plausible(name="2 (b) 医\udcff"))
    ]
    write_pdf(tmp_path / "summary.pdf", several, "a model", [{"epoch": 1, "val_loss": 0.4}], date=DAY)
    assert pages_of((tmp_path / "summary.pdf").read_bytes()) == 5


def test_every_page_is_a4_and_carries_the_footer(monkeypatch):
    seen = []
    save = sheets.PdfPages.savefig
    monkeypatch.setattr(sheets.PdfPages, "savefig", lambda self, page: (seen.append(page), save(self, page)))
    scored = plausible(name="x" * 300)
    report.pdf([(scored, metrics(scored, 0.5))], "m" * 300, [{"epoch": 1}], date=DAY)
    for number, page in enumerate(seen, start=1):
        told = [text.get_text() for text in page.texts]
        assert tuple(page.get_size_inches()) == (8.27, 11.69)
        assert FOOTER in told
        assert f"{number} / 3" in told
        assert "2025-03-04" in told
        page.set_dpi(100)  # saving as PDF leaves it at 72
        page.canvas.draw()
        assert all(text.get_window_extent().x1 < 0.95 * page.bbox.x1 for text in page.texts)


def test_the_summary_tells_the_figures():
    scored = plausible()
    told = metrics(scored, 0.5)
    page = report._summary_page(scored, told, "a model", (), DAY)
    words = [text.get_text() for text in page.texts]
    low, high = told["confidence_interval_95"]["auc"]
    shown = [
        told[key]
        for key in ("accuracy", "auc", "balanced_accuracy", "sensitivity", "specificity", "ece", "brier")
    ]
    assert {f"{value:.3f}" for value in shown} <= set(words)
    assert f"{low:.3f} to {high:.3f}" in words
    assert f"{told['per_class']['NORMAL']['f1']:.3f}" in words
    assert "drawn by scan" in words[-1].replace("\n", " ")


def test_nothing_is_touched_when_a_figure_cannot_be_drawn(tmp_path, monkeypatch):
    (tmp_path / "metrics.json").write_text("old")
    monkeypatch.setattr(report, "pdf", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_evaluation(tmp_path, plausible(), metrics(plausible(), 0.5), "a model")
    assert os.listdir(tmp_path) == ["metrics.json"]
    assert (tmp_path / "metrics.json").read_text() == "old"


def test_a_file_that_cannot_be_replaced_is_left_whole_and_told(tmp_path, monkeypatch):
    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "report.pdf").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(LungfieldError, match=r"report\.pdf.*Permission denied"):
        report.write_whole(tmp_path / "report.pdf", b"new")
    assert os.listdir(tmp_path) == ["report.pdf"]
    assert (tmp_path / "report.pdf").read_bytes() == b"old"


def test_a_folder_that_is_a_file_is_the_users_problem(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(LungfieldError, match="out"):
        write_evaluation(tmp_path / "out", plausible(3), metrics(plausible(3), 0.5), "a model")
