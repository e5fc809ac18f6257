"""The settings page of what is kept on this computer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core import paths
from core.reading.words import as_sentence
from core.settings import Settings
from gui.dialogs.clear_history import ClearHistoryDialog
from gui.dialogs.history import History
from gui.dialogs.parts import add_below, words


class DataPage(QWidget):
    """What Lungfield keeps on this computer, and where.

    Recent items are forgotten with OK or Apply, like every setting. The history is no setting: it is cleared
    at once when the person has confirmed it.

    Args:
        history: None where nothing keeps one; then the page does not speak of it.
    """

    changed = Signal()

    def __init__(self, history: History | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clears = False
        self._history = history
        self.open_data = QPushButton(self.tr("Open &data folder"))
        self.open_logs = QPushButton(self.tr("Open log &folder"))
        self.clear_recent = QPushButton(self.tr("&Clear recent items"))
        self.clear_history = QPushButton(self.tr("Clear &history…"))
        self.said = words("")
        self.kept = words("")
        self.trouble = words("", "warning")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.setSpacing(14)
        layout.addWidget(self._places())
        if history is not None:
            layout.addWidget(self._history_box())
            history.changed.connect(self._show_history)
            history.failed.connect(self._show_failure)
            self._show_history()
        layout.addWidget(self._recent())
        layout.addStretch()
        self.open_data.clicked.connect(self._open_data)
        self.open_logs.clicked.connect(self._open_logs)
        self.clear_recent.clicked.connect(self._clear)
        self.clear_history.clicked.connect(self._ask_about_history)

    def show_settings(self, settings: Settings) -> None:
        self._clears = False
        count = len(settings.recent)
        self.clear_recent.setEnabled(count > 0)
        self.said.setText(
            self.tr("Files and folders that are remembered: {count}").format(count=count)
            if count
            else self.tr("No files or folders are remembered.")
        )

    def fields(self) -> dict[str, Any]:
        return {"recent": ()} if self._clears else {}

    # Putting it together

    def _places(self) -> QGroupBox:
        box = QGroupBox(self.tr("Where things are kept"))
        form = QFormLayout(box)
        form.setContentsMargins(0, 4, 0, 0)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.addRow(self.tr("Settings"), words(str(paths.user_data() / "settings.json"), selectable=True))
        form.addRow(self.tr("Own models"), words(str(paths.user_data() / "models"), selectable=True))
        if self._history is not None:
            path = self._history.path
            where = str(path) if path else self.tr("in memory only, until Lungfield is closed")
            form.addRow(self.tr("History"), words(where, selectable=True))
        form.addRow(self.tr("Log"), words(str(paths.logs()), selectable=True))
        add_below(form, words(self.tr("The log names no patient and no file of a scan."), "caption"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.open_data, self.open_logs):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        buttons.addStretch()
        form.setLayout(form.rowCount(), QFormLayout.ItemRole.FieldRole, buttons)
        return box

    def _history_box(self) -> QGroupBox:
        box = QGroupBox(self.tr("History"))
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(8)
        about = self.tr(
            "What was read is not read again, wherever the file is by then. It holds paths of files and what "
            "you said of scans, and no name that stands inside a file."
        )
        layout.addWidget(self.kept)
        layout.addWidget(self.trouble)
        layout.addWidget(words(about, "caption"))
        layout.addWidget(self.clear_history, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def _recent(self) -> QGroupBox:
        box = QGroupBox(self.tr("Recent items"))
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.said)
        layout.addWidget(self.clear_recent, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    # The history

    @Slot()
    def _show_history(self) -> None:
        history = self._history
        assert history is not None
        self._warn(str(history.problem) if history.problem else "")
        self.clear_history.setEnabled(not history.is_clearing)
        if history.is_clearing:
            self.kept.setText(self.tr("It is being cleared…"))
            return
        counts = history.counts()
        if not any(counts):
            self.kept.setText(self.tr("Nothing is kept."))
            self.clear_history.setEnabled(False)
            return
        number = QLocale().toString
        scans, readings, reviews = map(number, counts)
        self.kept.setText(
            self.tr(
                "Scans: {scans} · readings: {readings} · reviews: {reviews} · on the disk: {size}"
            ).format(
                scans=scans,
                readings=readings,
                reviews=reviews,
                size=QLocale().formattedDataSize(
                    history.size_bytes(), 1, QLocale.DataSizeFormat.DataSizeSIFormat
                ),
            )
        )

    @Slot(object)
    def _show_failure(self, error: BaseException) -> None:
        self._warn(str(error))

    def _warn(self, text: str) -> None:
        self.trouble.setText(as_sentence(text))
        self.trouble.setVisible(bool(text))

    @Slot()
    def _ask_about_history(self) -> None:
        assert self._history is not None
        dialog = ClearHistoryDialog(*self._history.counts(), self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._history.clear)
        dialog.open()

    # The rest

    @Slot()
    def _open_data(self) -> None:
        folder = paths.user_data()
        if self._history is not None and self._history.path:
            folder = self._history.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot()
    def _open_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.logs())))

    @Slot()
    def _clear(self) -> None:
        self._clears = True
        self.clear_recent.setEnabled(False)
        self.said.setText(self.tr("They will be forgotten with OK or Apply."))
        self.changed.emit()
