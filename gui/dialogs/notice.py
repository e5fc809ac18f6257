"""What has to be understood before the first start."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.parts import FittedDialog, card, picture, scrolling, words

_WIDTH = 600


class NoticeDialog(FittedDialog):
    """The first-start notice. Accepted means understood; Quit, Esc and closing the window reject it.

    Show it with `open()`.

    Args:
        icon: the application's.
    """

    def __init__(self, icon: QIcon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Before you start"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.understood = QCheckBox(self.tr("I have &understood this"))
        self.start = QPushButton(self.tr("&Accept and start"))
        self.quit = QPushButton(self.tr("&Quit"))
        self._lay_out(icon)
        self._connect()
        self.understood.setFocus()

    def _lay_out(self, icon: QIcon) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 26, 28, 22)
        layout.setSpacing(16)
        layout.addLayout(self._heading(icon))
        points = self._points()
        self.area = scrolling(points)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.understood, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(self._buttons())
        margins = layout.contentsMargins()
        inside = _WIDTH - margins.left() - margins.right()
        around = layout.sizeHint().height() - self.area.sizeHint().height()
        self.fit(QSize(_WIDTH, around + points.heightForWidth(inside)), QSize(520, 320))

    def _heading(self, icon: QIcon) -> QHBoxLayout:
        title = QVBoxLayout()
        title.setSpacing(2)
        title.addWidget(words(self.tr("For research and education"), "headline"))
        title.addWidget(words(self.tr("Lungfield is not a medical device."), "muted"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(picture(icon, 56))
        row.addLayout(title, 1)
        return row

    def _points(self) -> QWidget:
        page = QWidget()
        frame, layout = card()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        layout.setSpacing(12)
        for heading, text in (
            (
                self.tr("Not for decisions about patients"),
                self.tr(
                    "Do not use what it says for diagnosis or treatment, neither alone nor as a second "
                    "opinion."
                ),
            ),
            (
                self.tr("It knows little"),
                self.tr(
                    "The model that comes with it learnt from about 5,200 frontal scans: of children aged "
                    "1 to 5 from one hospital, and of some 540 adults. It tells NORMAL from PNEUMONIA and "
                    "looks for no other disease; NORMAL does not mean healthy."
                ),
            ),
            (
                self.tr("It can be wrong, and sure of it"),
                self.tr(
                    "A high probability is no proof. Scans from other hospitals, machines and patients than "
                    "it learnt from make mistakes more likely."
                ),
            ),
            (
                self.tr("Scans stay on this computer"),
                self.tr("Nothing is sent anywhere; Lungfield works without a network."),
            ),
        ):
            point = QVBoxLayout()
            point.setSpacing(2)
            point.addWidget(words(heading, "title"))
            point.addWidget(words(text))
            layout.addLayout(point)
        return page

    def _buttons(self) -> QHBoxLayout:
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.setEnabled(False)
        self.start.setToolTip(self.tr("Tick the box above first"))
        self.quit.setAutoDefault(False)
        self.quit.setToolTip(self.tr("Leave Lungfield (Esc)"))
        row = QHBoxLayout()
        row.addWidget(self.quit)
        row.addStretch()
        row.addWidget(self.start)
        return row

    def _connect(self) -> None:
        self.understood.toggled.connect(self.start.setEnabled)
        self.start.clicked.connect(self.accept)
        self.quit.clicked.connect(self.reject)
