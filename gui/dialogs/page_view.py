"""A page of text whose links are not followed without a word."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QTextCursor, QTextTable
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from gui.dialogs.parts import words

_WEB = ("http", "https")
_MARGIN = 18


class PageView(QWidget):
    """Shows Markdown. A link to the web shows its address, and opens only when the person says so."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = QUrl()
        self.browser = QTextBrowser()
        self.browser.setOpenLinks(False)
        self.browser.setAccessibleName(name)
        self.browser.setProperty("role", "page")
        self.address = words("", selectable=True)
        self.follow = QPushButton(self.tr("Open in &browser"))
        self.banner = QFrame()
        self.banner.setProperty("role", "banner")
        self.banner.setProperty("kind", "info")
        row = QHBoxLayout(self.banner)
        row.addWidget(self.address, 1)
        row.addWidget(self.follow)
        self.banner.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.browser)
        layout.addWidget(self.banner)
        self.browser.anchorClicked.connect(self._ask)
        self.follow.clicked.connect(self._open)

    def show_markdown(self, text: str) -> None:
        """Text in GitHub's Markdown; HTML in it is shown as it is written, pictures are not loaded."""
        document = self.browser.document()
        document.setMarkdown(
            text, document.MarkdownFeature.MarkdownDialectGitHub | document.MarkdownFeature.MarkdownNoHTML
        )
        document.setDocumentMargin(_MARGIN)
        self._shape()
        self.browser.moveCursor(QTextCursor.MoveOperation.Start)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._shape()

    def _shape(self) -> None:
        """Give headings air and tables quiet lines; wrap code instead of scrolling sideways."""
        document = self.browser.document()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                lines = frame.format()
                lines.setBorderBrush(self.palette().mid())
                lines.setBorderStyle(lines.BorderStyle.BorderStyle_Solid)
                lines.setBorderCollapse(True)
                lines.setCellPadding(5)
                frame.setFormat(lines)
        block = document.begin()
        while block.isValid():
            shape = block.blockFormat()
            shape.setNonBreakableLines(False)
            if shape.headingLevel() and block != document.begin():
                shape.setTopMargin(_MARGIN)
                shape.setBottomMargin(_MARGIN / 3)
            QTextCursor(block).setBlockFormat(shape)
            block = block.next()

    @Slot(QUrl)
    def _ask(self, link: QUrl) -> None:
        if link.isRelative():  # a place on this page, or a file of the source that is not here
            if link.hasFragment():
                self.browser.scrollToAnchor(link.fragment())
            return
        if link.scheme() not in _WEB:
            return
        self._wanted = link
        self.address.setText(link.toString())
        self.banner.show()
        self.follow.setFocus()

    @Slot()
    def _open(self) -> None:
        QDesktopServices.openUrl(self._wanted)
        self.banner.hide()
