"""That the figures of two models show both, tell them apart, and fit whatever they are called."""

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text

from core.scoring import comparison_report, report, style, two_models
from core.scoring.comparison import compare
from core.scoring.evaluation import scored_of
from core.scoring.metrics import metrics
from tests.core.scoring import evaluations
from tests.core.scoring.evaluations import evaluation

LONG = "fine-tuned on ward 7, $\\frac{1}{ and 医院, " + "the second attempt of many, " * 6 + "2026-11"
FIGURES = [
    two_models.confusion_matrices_figure,
    two_models.roc_figure,
    two_models.precision_recall_figure,
    two_models.reliability_figure,
]


def longest():
    good, bad = evaluations.two_models()
    return compare(replace(good, model=LONG, name=LONG), replace(bad, model=LONG))


COMPARISONS = {
    "plausible": lambda: compare(*evaluations.two_models()),
    "long names": longest,
    "one class": lambda: compare(evaluation([0.1, 0.6], [0, 0]), evaluation([0.7, 0.2], [0, 0], "b")),
    "one scan": lambda: compare(evaluation([0.1], [1]), evaluation([0.7], [1], "b")),
}


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def lines(axes):
    return [line for line in axes.lines if not str(line.get_label()).startswith("_")]


@pytest.fixture(params=COMPARISONS, scope="module")
def comparison(request):
    return COMPARISONS[request.param]()


@pytest.mark.parametrize("make", FIGURES)
@pytest.mark.parametrize("dark", [False, True])
def test_is_drawn_without_a_warning_and_nothing_sticks_out(make, dark, comparison):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = make(comparison)
        style.repaint(figure, dark)
        figure.canvas.draw()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(box.x0, box.y0) >= 0
    assert (box.x1 <= width, box.y1 <= height) == (True, True)


def test_both_curves_enclose_their_auc_and_both_thresholds_are_on_them():
    comparison = COMPARISONS["plausible"]()
    axes = two_models.roc_figure(comparison).axes[0]
    curves = lines(axes)
    marks = [line for line in axes.lines if len(line.get_xdata()) == 1]
    for side, name, curve, mark in zip(comparison.sides, ("new", "old"), curves, marks, strict=True):
        across, up = curve.get_data()
        assert np.trapezoid(up, across) == pytest.approx(side.result["auc"])
        assert curve.get_label() == f"{name}: AUC {side.result['auc']:.3f}"
        assert mark.get_xdata()[0] == pytest.approx(1 - side.result["specificity"])
        assert mark.get_ydata()[0] == pytest.approx(side.result["sensitivity"])
        assert mark.get_color() == curve.get_color()
    assert len({(curve.get_color(), curve.get_linestyle()) for curve in curves}) == 2
    assert not [
        line
        for line in two_models.roc_figure(comparison, marked=False).axes[0].lines
        if len(line.get_xdata()) == 1
    ]


def test_each_matrix_stands_under_its_model_and_threshold():
    comparison = COMPARISONS["plausible"]()
    first, second = two_models.confusion_matrices_figure(comparison).axes
    for axes, side, title in (
        (first, comparison.first, "new\nat threshold 0.500"),
        (second, comparison.second, "old\nat threshold 0.450"),
    ):
        assert axes.get_title(loc="left") == title
        counts = side.result["confusion_matrix"]
        assert [text.get_text() for text in axes.texts[::2]] == [
            str(counts[k]) for k in ("tn", "fp", "fn", "tp")
        ]


def test_the_reliability_diagram_has_every_scan_of_both():
    comparison = COMPARISONS["plausible"]()
    upper, lower = two_models.reliability_figure(comparison).axes
    assert [re.sub(r"\d\.\d+", "x", line.get_label()) for line in lines(upper)] == [
        "new: ECE x",
        "old: ECE x",
    ]
    for outline in lower.patches:
        steps = outline.get_xy()
        height = steps[1:-1:2, 1]
        assert height.sum() == comparison.n


def overlapping(page):
    """Pairs of texts on a page, not in its axes, that lie on each other."""
    page.set_dpi(100)
    page.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in page.texts if text.get_text()]
    return [
        (one, other)
        for number, (one, box) in enumerate(boxes)
        for other, against in boxes[number + 1 :]
        if box.x0 < against.x1 - 1
        and against.x0 < box.x1 - 1
        and box.y0 < against.y1 - 1
        and against.y0 < box.y1 - 1
    ]


def test_nothing_on_the_pages_lies_on_something_else(comparison, monkeypatch):
    pages = []
    monkeypatch.setattr(comparison_report, "bound", lambda made, title: pages.extend(made) or b"")
    comparison_report.pdf(comparison)
    assert len(pages) == 3
    for page in (*pages, comparison_report.overview(comparison)):
        assert overlapping(page) == []
        words_and_axes = [axes.get_tightbbox() for axes in page.axes]
        for text in page.texts:
            box = text.get_window_extent()
            assert box.x1 <= page.bbox.x1
            assert not [a for a in words_and_axes if a.overlaps(box.padded(-1))], text.get_text()


@pytest.mark.parametrize("name", ["ward 7", LONG])
def test_one_model_fits_its_pages_too(name, monkeypatch):
    good, _ = evaluations.two_models()
    scored = replace(scored_of(good), name=name)
    result = metrics(scored, 0.5)
    points = [replace(point, name=name) for point in (*good.operating_points, *good.operating_points)]
    pages = []
    monkeypatch.setattr(report, "bound", lambda made, title: pages.extend(made) or b"")
    report.pdf([(scored, result)], name, points=points)
    for page in (*pages, report.overview(scored, result, name)):
        assert overlapping(page) == []
    assert "Weighted average" in words(pages[0])
    assert f"{result['sensitivity']:.3f}" in words(pages[0])
