"""What Lungfield is, which model reads, and what it is built on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.model.checkpoint import Checkpoint
from core.version import VERSION
from gui.dialogs.libraries import libraries, versions
from gui.dialogs.model_page import page
from gui.dialogs.page_view import PageView
from gui.dialogs.parts import FittedDialog, card, picture, scrolling, words

_COPIED_SHOWN_MS = 2000


class AboutDialog(FittedDialog):
    """About Lungfield.

    Args:
        icon: the application's.
        model: the one that reads; None for none.
        reads_with: engine and device in use, such as "OpenVINO fp32 on the CPU"; empty for none.
    """

    def __init__(
        self, icon: QIcon, model: Checkpoint | None, reads_with: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Lungfield"))
        self._versions = versions(reads_with)
        self.copy = QPushButton(self.tr("&Copy"))
        self.model = PageView(self.tr("Model"))
        self.model.show_markdown(page(model) if model else self.tr("No model reads."))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(scrolling(self._about()), self.tr("About"))
        self.tabs.addTab(self.model, self.tr("Model"))
        self.tabs.addTab(scrolling(self._version_page()), self.tr("Versions"))
        self.tabs.addTab(self._library_page(), self.tr("Libraries and licences"))
        self._lay_out(icon)
        self.copy.clicked.connect(self._copy)

    def versions_text(self) -> str:
        """What the copy button copies: a line each."""
        return "\n".join(f"{name}: {value}" for name, value in self._versions)

    def _lay_out(self, icon: QIcon) -> None:
        title = QVBoxLayout()
        title.setSpacing(2)
        title.addStretch()
        title.addWidget(words("Lungfield", "headline"))
        title.addWidget(words(self.tr("Version {version}").format(version=VERSION), "muted", selectable=True))
        title.addStretch()
        heading = QHBoxLayout()
        heading.setContentsMargins(22, 20, 22, 10)
        heading.setSpacing(16)
        heading.addWidget(picture(icon, 64))
        heading.addLayout(title, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.setContentsMargins(22, 10, 22, 16)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(heading)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(buttons)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()
        self.fit(QSize(740, 620), QSize(540, 420))

    def _about(self) -> QWidget:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(22, 18, 22, 12)
        layout.setSpacing(14)
        layout.addWidget(
            words(
                self.tr(
                    "An offline reader of chest X-rays. It says of a scan whether it looks NORMAL or like "
                    "PNEUMONIA, how sure it is, and what in the picture speaks for and against."
                )
            )
        )
        frame, disclaimer = card()
        disclaimer.addWidget(words(self.tr("For research and education only"), "title"))
        disclaimer.addWidget(
            words(
                self.tr(
                    "Lungfield is not a medical device. It must not be used for diagnosis or for decisions "
                    "about treatment. It can be wrong with great confidence."
                )
            )
        )
        layout.addWidget(frame)
        layout.addWidget(words(self.tr("Scans stay on this computer; nothing is sent anywhere."), "muted"))
        layout.addWidget(
            words(
                self.tr(
                    "Free software under the Apache License, version 2.0, without any warranty. Qt is used "
                    "under the GNU Lesser General Public License, version 3."
                ),
                "muted",
            )
        )
        layout.addStretch()
        return inside

    def _version_page(self) -> QWidget:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(22, 18, 22, 12)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._versions):
            named = words(name, "muted")
            named.setWordWrap(False)
            grid.addWidget(named, row, 0, Qt.AlignmentFlag.AlignTop)
            said = words(value, selectable=True)
            said.setAccessibleName(f"{name}: {value}")
            grid.addWidget(said, row, 1)
        end = len(self._versions)
        self.copy.setToolTip(self.tr("Copy these lines, for a report of a fault"))
        grid.addWidget(self.copy, end, 0, Qt.AlignmentFlag.AlignLeft)
        grid.setRowStretch(end + 1, 1)
        return inside

    def _library_page(self) -> QTableWidget:
        rows = libraries()
        table = QTableWidget(len(rows), 3)
        table.setAccessibleName(self.tr("Libraries and licences"))
        table.setHorizontalHeaderLabels([self.tr("Library"), self.tr("Version"), self.tr("Licence")])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        for row, each in enumerate(rows):
            for column, text in enumerate((each.name, each.version, each.licence)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                table.setItem(row, column, item)
        return table

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.versions_text())
        self.copy.setText(self.tr("Copied"))
        QTimer.singleShot(_COPIED_SHOWN_MS, self, self._ready_to_copy)

    @Slot()
    def _ready_to_copy(self) -> None:
        self.copy.setText(self.tr("&Copy"))
