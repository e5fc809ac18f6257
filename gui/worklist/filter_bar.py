"""Where the person says which scans of the worklist are shown."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from gui.icons import Icons
from gui.worklist.filter import Filter

#: Typing is followed after so long: a list of 100,000 is not searched for every letter.
_TYPING_MS = 150


class SearchField(QLineEdit):
    """Escape empties it; Escape, Enter and the arrow down hand the keys back."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        # The window's own Escape stops reading
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FilterBar(QWidget):
    """A search field, and a button with everything else that scans can be filtered by."""

    wanted = Signal(object)  # Filter
    left = Signal()  # the keys are to go back to the list

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._filter = Filter()
        self.search = SearchField()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the worklist"))
        self.search.setToolTip(self.tr("Words in the name, folder or note, or the beginning of the hash"))
        self.search.setClearButtonEnabled(True)
        self._typed = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typed.timeout.connect(self._on_typed)
        self.search.textChanged.connect(self._typed.start)
        self.search.left.connect(self._on_left)
        self.button = QToolButton()
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setIconSize(QSize(16, 16))
        self.button.setCheckable(True)
        self.button.setToolTip(self.tr("Show only some of the scans"))
        self.button.setAccessibleName(self.tr("Filter"))
        self._groups: dict[str, QActionGroup] = {}
        self._menu = self._made_menu()
        self.button.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.search, 1)
        row.addWidget(self.button)
        self.dress()
        self.show_filter(Filter())
        icons.changed.connect(self.dress)

    def show_filter(self, shown: Filter) -> None:
        """Show what is filtered by, and tell nobody."""
        self._filter = shown
        if self.search.text().split() != shown.text.split():
            self.search.setText(shown.text)
        self._typed.stop()
        for name, group in self._groups.items():
            for action in group.actions():
                action.setChecked(action.data() == getattr(shown, name))
        self._unsure.setChecked(shown.unsure_only)
        self.button.setChecked(shown.choices > 0)
        words = ", ".join(self.words(shown))
        self.button.setAccessibleDescription(words)
        self._clear.setEnabled(not shown.is_empty)

    def words(self, shown: Filter) -> list[str]:
        """What is chosen beside the text."""
        chosen = []
        for name, group in self._groups.items():
            chosen += [each.text() for each in group.actions() if each.data() == getattr(shown, name)]
        return [*chosen, self._unsure.text()] if shown.unsure_only else chosen

    def dress(self) -> None:
        """Take the icon in the theme's colours."""
        self.button.setIcon(self._icons.get("filter"))

    def _made_menu(self) -> QMenu:
        menu = QMenu(self)
        choices = {
            "label": {"PNEUMONIA": "PNEUMONIA", "NORMAL": "NORMAL"},
            "status": {
                "read": self.tr("Read"),
                "rejected": self.tr("Rejected"),
                "failed": self.tr("Failed"),
                "unread": self.tr("Not read yet"),
            },
            "review": {
                "reviewed": self.tr("Reviewed"),
                "unreviewed": self.tr("Not reviewed"),
                "disagreements": self.tr("Disagreements"),
            },
        }
        self._unsure = QAction(self.tr("Only not sure"), self, checkable=True)
        for name, texts in choices.items():
            group = QActionGroup(self)
            group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
            for value, text in texts.items():
                action = QAction(text, group, checkable=True)
                action.setData(value)
                menu.addAction(action)
            if name == "label":
                menu.addAction(self._unsure)
            menu.addSeparator()
            self._groups[name] = group
        self._clear = QAction(self.tr("Show all"), self)
        menu.addAction(self._clear)
        menu.triggered.connect(self._on_chosen)
        return menu

    def _on_chosen(self, action: QAction) -> None:
        if action is self._clear:
            self._want(Filter())
            return
        checked = {name: group.checkedAction() for name, group in self._groups.items()}
        self._want(
            Filter(
                text=self.search.text(),
                label=checked["label"].data() if checked["label"] else "",
                status=checked["status"].data() if checked["status"] else "",
                review=checked["review"].data() if checked["review"] else "all",
                unsure_only=self._unsure.isChecked(),
            )
        )

    def _on_typed(self) -> None:
        self._want(replace(self._filter, text=self.search.text()))

    def _on_left(self) -> None:
        self._typed.stop()
        self._on_typed()
        self.left.emit()

    def _want(self, wanted: Filter) -> None:
        self.wanted.emit(wanted)
        self.show_filter(wanted)
