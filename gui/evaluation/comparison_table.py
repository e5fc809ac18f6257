"""Two models in numbers: the figures of both, the differences, and whether the two can be told apart."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.scoring.compared import Comparison, Difference
from core.scoring.thresholds import Counts
from gui.dialogs.parts import words as wrapped
from gui.evaluation import words
from gui.evaluation.numbers_panel import measure_words

translate = QCoreApplication.translate

#: Rows, with those first whose difference is measured; the others move with the threshold, or do not.
_MOVING = ("accuracy", "sensitivity", "specificity", "precision", "npv", "f1")
_ROWS = ("auc", *_MOVING, "ece", "brier")

#: Letters of a model's name above a column.
_TITLE = 10


class ComparisonTable(QWidget):
    """A verdict in a sentence, and a row for each measure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = wrapped("", selectable=True)
        self.table = QTableWidget(len(_ROWS), 5)
        self.table.setAccessibleName(self.tr("Both models in numbers"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        self.table.setVerticalHeaderLabels([_row_words(name) for name in _ROWS])
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(64)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for column in range(5):
            is_name = column < 2
            mode = QHeaderView.ResizeMode.Stretch if is_name else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(column, mode)
        for row, name in enumerate(_ROWS):
            self.table.verticalHeaderItem(row).setToolTip("\n".join(measure_words(name)))
        height = self.table.verticalHeader().defaultSectionSize()
        self.table.setMaximumHeight((len(_ROWS) + 2) * height)
        self._comparison: Comparison | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.verdict)
        layout.addWidget(self.table, 20)
        layout.addStretch(1)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show everything, as it was measured."""
        self._comparison = comparison
        first, second = (words.short(name, _TITLE) for name in comparison.names)
        self.table.setHorizontalHeaderLabels(
            [first, second, self.tr("Difference"), self.tr("95% interval"), self.tr("Told apart")]
        )
        for column, name in enumerate(comparison.names):
            self.table.horizontalHeaderItem(column).setToolTip(name)
        results = [side.result for side in comparison.sides]
        for row, name in enumerate(_ROWS):
            values = [_value(result, name) for result in results]
            self._show_values(row, name, values)
            difference = comparison.differences.get(name)
            self._put(row, 3, _interval(difference, name))
            self._put(row, 4, _apart(difference))
        for column in (2, 3, 4):  # by hand: measuring them at each step of a slider takes a while
            self.table.resizeColumnToContents(column)
        self.verdict.setText(verdict_words(comparison))

    def show_counts(self, counts: tuple[Counts, Counts]) -> None:
        """A threshold has moved: what is measured again in a moment is left empty."""
        for row, name in enumerate(_ROWS):
            if name in _MOVING:
                self._show_values(row, name, [getattr(each, name) for each in counts])
                self._put(row, 3, "…" if _is_measured(self._comparison, name) else "")
                self._put(row, 4, "")

    def _show_values(self, row: int, name: str, values: list[float | None]) -> None:
        tell = words.percent if name in _MOVING else words.decimal
        for column, value in enumerate(values):
            self._put(row, column, tell(value))
        first, second = values
        self._put(row, 2, "" if first is None or second is None else _signed(first - second, name))

    def _put(self, row: int, column: int, text: str) -> None:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)


def _row_words(name: str) -> str:
    """A measure's name where there is little room."""
    short = {"auc": translate("Evaluation", "AUC"), "npv": translate("Evaluation", "NPV")}
    return short.get(name) or measure_words(name)[0]


def verdict_words(comparison: Comparison) -> str:
    """Which is better, in sentences."""
    told = [_of_measure(comparison, name) for name in ("auc", "accuracy")]
    test = comparison.mcnemar
    first, second = (words.short(name) for name in comparison.names)
    told.append(
        translate(
            "Evaluation",
            "They call {n} of {all} scans differently: on {a} only “{first}” is right, on {b} only "
            "“{second}”.",
        ).format(
            n=words.number(len(comparison.disagreements)),
            all=words.number(comparison.n),
            first=first,
            second=second,
            a=words.number(test.first_only),
            b=words.number(test.second_only),
        )
    )
    if comparison.left_out:
        told.append(
            translate("Evaluation", "Scans that only one could read are left out: {n}.").format(
                n=words.number(comparison.left_out)
            )
        )
    return " ".join(told)


def _of_measure(comparison: Comparison, name: str) -> str:
    measure = measure_words(name)[0]
    verdict = comparison.differences[name].verdict
    first, second = (words.short(name) for name in comparison.names)
    if verdict == "alike":
        return translate(
            "Evaluation", "{measure}: these scans cannot tell “{first}” and “{second}” apart."
        ).format(measure=measure, first=first, second=second)
    if verdict == "unknown":
        return translate("Evaluation", "{measure}: these scans cannot tell.").format(measure=measure)
    better, worse = (first, second) if verdict == "better" else (second, first)
    return translate("Evaluation", "{measure}: “{better}” is better than “{worse}”.").format(
        measure=measure, better=better, worse=worse
    )


def _value(result: dict[str, Any], name: str) -> float | None:
    cells = result["confusion_matrix"]
    counts = Counts(result["threshold"], cells["tn"], cells["fp"], cells["fn"], cells["tp"])
    return getattr(counts, name) if name in _MOVING else result[name]


def _is_measured(comparison: Comparison | None, name: str) -> bool:
    return comparison is not None and name in comparison.differences


def _signed(difference: float, name: str) -> str:
    shown = f"{100 * difference:+.1f}" if name in _MOVING else f"{difference:+.3f}"
    return shown.replace("-", "\N{MINUS SIGN}")


def _interval(difference: Difference | None, name: str) -> str:
    if difference is None or difference.interval is None:
        return ""
    low, high = (_signed(end, name) for end in difference.interval)
    return translate("Evaluation", "{low} to {high}").format(low=low, high=high)


def _apart(difference: Difference | None) -> str:
    if difference is None:
        return ""
    return {
        "better": translate("Evaluation", "better"),
        "worse": translate("Evaluation", "worse"),
        "alike": translate("Evaluation", "no"),
        "unknown": words.UNKNOWN,
    }[difference.verdict]
