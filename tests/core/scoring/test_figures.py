"""That the figures show what was measured, fit their page, and leave matplotlib as they found it."""

import subprocess
import sys
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from core.scoring import figures, style
from core.scoring.metrics import Scored, metrics, reliability_bins
from core.scoring.style import printable

LONG = "/data/$\\frac{$ 医院/" + "a very long folder name/" * 20 + "the end"
EVALUATION = [
    figures.confusion_matrix_figure,
    figures.roc_figure,
    figures.precision_recall_figure,
    figures.reliability_figure,
]


def plausible(n=300, name="a dataset", label=None):
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 2, n) if label is None else np.full(n, label)
    probabilities = 1 / (1 + np.exp(-rng.normal(2 * labels - 1.0, 1.2)))
    return Scored(labels, probabilities, None, 0, 0, name)


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def line(axes, start):
    return next(line for line in axes.lines if str(line.get_label()).startswith(start))


def assert_inside(figure):
    """Nothing of a drawn figure sticks out of it."""
    figure.canvas.draw()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(box.x0, box.y0) >= 0
    assert (box.x1 <= width, box.y1 <= height) == (True, True)


@pytest.mark.parametrize("make", EVALUATION)
@pytest.mark.parametrize(
    "scored",
    [
        plausible(),
        plausible(name=LONG),
        plausible(12, label=0),
        plausible(1, label=1),
        plausible(0, name="\n\udcff"),
    ],
    ids=["plausible", "long name", "one class", "one scan", "no scans"],
)
def test_is_drawn_without_a_warning_and_nothing_sticks_out(make, scored):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_inside(make(scored, metrics(scored, 0.5)))


def test_a_long_name_keeps_its_ends_and_a_short_one_is_whole():
    scored = plausible(name=LONG)
    told = words(figures.roc_figure(scored, metrics(scored, 0.5)))[-1]
    assert told.startswith("/data/$\\frac{$")
    assert told.endswith("the end")
    assert len(told) > 40
    assert "a dataset" in words(figures.roc_figure(plausible(), metrics(plausible(), 0.5)))


def test_letters_the_font_lacks_become_squares():
    assert "□□ 2024" in words(figures.learning_curves_figure([], "医院 2024"))


@pytest.mark.parametrize(
    ("name", "shown"), [("a\nb\tc", "a b c"), ("a\udcffb", "a?b"), ("  a  b ", "a b"), ("a\x00b", "a b")]
)
def test_a_name_is_one_line_of_text(name, shown):
    assert printable(name) == shown


def test_confusion_matrix_has_the_actual_class_in_rows():
    scored = Scored(
        np.array([0] * 6 + [1] * 4), np.array([0.1] * 5 + [0.9] + [0.2] * 3 + [0.8]), None, 0, 0, ""
    )
    axes = figures.confusion_matrix_figure(scored, metrics(scored, 0.5)).axes[0]
    cells = {(round(t.get_position()[0]), round(t.get_position()[1])): t.get_text() for t in axes.texts[::2]}
    assert cells == {(0, 0): "5", (1, 0): "1", (0, 1): "3", (1, 1): "1"}
    assert axes.yaxis_inverted()
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("Actual", "Predicted")
    assert "75.0%\nof PNEUMONIA" in [text.get_text() for text in axes.texts]


def test_roc_encloses_the_auc_and_the_operating_point_is_on_it():
    scored = plausible()
    told = metrics(scored, 0.4)
    axes = figures.roc_figure(scored, told).axes[0]
    across, up = line(axes, "AUC").get_data()
    assert np.trapezoid(up, across) == pytest.approx(told["auc"])
    (x,), (y,) = line(axes, "Threshold").get_data()
    assert (x, y) == (pytest.approx(1 - told["specificity"]), pytest.approx(told["sensitivity"]))
    assert np.interp(x - 1e-9, across, up) <= y <= np.interp(x + 1e-9, across, up)
    low, high = told["confidence_interval_95"]["auc"]
    assert f"95% CI {low:.3f} to {high:.3f}" in line(axes, "AUC").get_label()


def test_precision_recall_marks_the_operating_point():
    scored = plausible()
    told = metrics(scored, 0.4)
    axes = figures.precision_recall_figure(scored, told).axes[0]
    (x,), (y,) = line(axes, "Threshold").get_data()
    assert (x, y) == (told["sensitivity"], told["per_class"]["PNEUMONIA"]["precision"])
    points = np.column_stack(line(axes, "Average").get_data())
    assert np.abs(points - (x, y)).sum(axis=1).min() < 1e-9


def test_a_threshold_that_nothing_reaches_has_no_precision_to_mark():
    scored = plausible()
    axes = figures.precision_recall_figure(scored, metrics(scored, 1.0)).axes[0]
    assert not any(str(line.get_label()).startswith("Threshold") for line in axes.lines)


def test_reliability_shows_the_bins_and_every_scan():
    scored = plausible()
    upper, lower = figures.reliability_figure(scored, metrics(scored, 0.5)).axes
    bins = reliability_bins(scored)
    np.testing.assert_array_equal(line(upper, "ECE").get_data(), (bins.predicted, bins.observed))
    assert sum(bar.get_height() for bar in lower.patches) == len(scored.labels)


def test_what_cannot_be_drawn_says_so():
    scored = plausible(9, label=1)
    assert "Needs scans of both classes" in words(figures.roc_figure(scored, metrics(scored, 0.5)))
    assert "Not recorded" in words(figures.learning_curves_figure([]))


def test_learning_curves_leave_out_what_is_missing():
    history = [
        {"epoch": 1, "train_loss": 0.7, "val_loss": float("nan"), "val_auc": None},
        {"epoch": 2, "train_loss": 0.5, "val_loss": 0.6},
        {"epoch": 3, "val_loss": 0.4, "train_accuracy": 0.9},
    ]
    figure = figures.learning_curves_figure(history, LONG)
    assert_inside(figure)
    loss, accuracy, auc = figure.axes
    assert [list(values) for values in line(loss, "Training").get_data()] == [[1, 2], [0.7, 0.5]]
    assert [list(values) for values in line(loss, "Validation").get_data()] == [[2, 3], [0.6, 0.4]]
    assert len(accuracy.lines) == 1
    assert not auc.lines


@pytest.mark.parametrize("make", EVALUATION[1:])
def test_where_something_else_marks_the_threshold_the_figure_does_not(make):
    scored = plausible()
    told = metrics(scored, 0.4)

    def told_of(figure):
        return any(label.startswith("Threshold") for label in words(figure))

    assert told_of(make(scored, told))
    assert not told_of(make(scored, told, marked=False))


def colours(figure):
    """Every colour that is seen on a figure."""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].reshape(-1, 3)
    values, counts = np.unique(pixels, axis=0, return_counts=True)
    return {tuple(value): count for value, count in zip(values.tolist(), counts.tolist(), strict=True)}


@pytest.mark.parametrize("make", EVALUATION)
def test_in_the_dark_nothing_of_the_paper_is_left(make):
    scored = plausible()
    figure = make(scored, metrics(scored, 0.4))
    style.repaint(figure, dark=True)
    seen = colours(figure)
    total = sum(seen.values())
    assert seen[0x1D, 0x21, 0x25] > 0.2 * total  # the ground
    assert sum(count for colour, count in seen.items() if min(colour) > 0xE8) == 0  # paper would shine
    ink = sum(count for colour, count in seen.items() if min(colour) > 0xC8)
    assert ink > 0.001 * total  # letters
    assert (
        sum(count for colour, count in seen.items() if max(colour) < 0x18) == 0
    )  # dark ink would not be seen


def test_repainting_for_the_light_theme_takes_its_ground_and_keeps_the_colours():
    scored = plausible()
    figure = figures.roc_figure(scored, metrics(scored, 0.4))
    style.repaint(figure, dark=False)
    seen = colours(figure)
    assert max(seen, key=seen.get) == (0xEF, 0xF1, 0xF2)
    assert (0x00, 0x72, 0xB2) in seen


def test_a_cell_of_the_matrix_has_letters_that_are_seen_in_the_dark():
    def brightness(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return np.dot((0.2126, 0.7152, 0.0722), linear)

    for correct in (0, 30, 50, 75, 100):
        labels = np.array([0] * 100 + [1] * 100)
        probabilities = np.array([0.1] * correct + [0.9] * (200 - correct))
        scored = Scored(labels, probabilities, None, 0, 0, "")
        figure = figures.confusion_matrix_figure(scored, metrics(scored, 0.5))
        style.repaint(figure, dark=True)
        axes = figure.axes[0]
        for cell in axes.patches:
            middle = cell.get_center()
            text = min(axes.texts, key=lambda text: np.hypot(*np.subtract(text.get_position(), middle)))
            light, dark = sorted((brightness(cell.get_facecolor()), brightness(text.get_color())))[::-1]
            assert (light + 0.05) / (dark + 0.05) > 4.5  # WCAG 2, AA


def test_global_parameters_stay_as_they_were():
    def parameters():
        # the backend is settled when it is first asked for, whoever asks
        return {key: value for key, value in matplotlib.rcParams.items() if key != "backend"}

    before = parameters()
    scored = plausible()
    for make in EVALUATION:
        make(scored, metrics(scored, 0.5)).canvas.draw()
    assert parameters() == before


def test_neither_pyplot_nor_torch_is_loaded():
    code = "import sys, core.scoring.report; print({'matplotlib.pyplot', 'torch'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "set()"
