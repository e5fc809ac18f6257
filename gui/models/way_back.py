"""The button that goes back to an earlier model."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from gui.models.models import Models
from gui.models.words import moment

#: Letters of a name on the button.
_LETTERS = 26

_MOST = 12


class WayBack(QToolButton):
    """A click goes back to the model that was active before; its menu has all that ever were.

    Args:
        models: which it shows, and asks for another.
    """

    def __init__(self, models: Models, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.clicked.connect(models.roll_back)
        self._menu.triggered.connect(self._go)
        models.changed.connect(self._show)
        models.busy_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        before, earlier = self._models.before, self._earlier()
        name = before if len(before) <= _LETTERS else before[: _LETTERS - 1] + "…"
        self.setText(self.tr("Back to {name}").format(name=name) if before else self.tr("Go back"))
        self.setToolTip(
            self.tr("Read again with the model that was active before")
            if before
            else self.tr("No other model was active before")
        )
        self.setAccessibleName(self.tr("Back to {name}").format(name=before) if before else self.text())
        self.setEnabled(bool(before or earlier) and not self._models.is_busy)
        self._menu.clear()
        for each, since in earlier:
            action = QAction(self.tr("{name}, active from {moment}").format(name=each, moment=since), self)
            action.setData(each)
            self._menu.addAction(action)

    def _earlier(self) -> list[tuple[str, str]]:
        """Models that were active, do not read now and are still there, the latest first, and since when each
        was active."""
        found: dict[str, str] = {}
        for each in self._models.history:
            if not each.gone and each.name != self._models.reading and self._models.get(each.name):
                found.setdefault(each.name, moment(each.when))
        return list(found.items())[:_MOST]

    def _go(self, action: QAction) -> None:
        self._models.activate(action.data())
