"""The library of models: a list of them, the one that is chosen, and what is done to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.errors import LungfieldError
from core.model.checkpoint import Checkpoint
from gui.dialogs.parts import words
from gui.dropping import DropVeil
from gui.errors import in_one_line
from gui.icons import Icons
from gui.models.asking import Asking
from gui.models.details import ModelDetails
from gui.models.models import Models
from gui.models.shelf import Model
from gui.models.table import ModelTable
from gui.models.way_back import WayBack
from gui.notice_bar import NoticeBar
from gui.opening import local_paths

#: Of the list and of what stands beside it, at first.
_WIDTHS = (600, 640)


class ModelsPage(QWidget):
    """Shows a `Models`, and passes on what the person wants of it."""

    activated = Signal(str)  # the person made this model the active one
    evaluate_wanted = Signal(str)
    train_from_wanted = Signal(str)
    problem = Signal(object)  # an exception that is a bug of ours

    def __init__(self, models: Models, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._icons = icons
        self._chosen = ""  # the model that is shown, or is to be shown once it is there
        self._carded: Model | None = None  # the one whose card was asked for
        self.asking = Asking(models, self)
        self.actions_of = self._made_actions()
        self.table = ModelTable(icons)
        self.details = ModelDetails(list(self.actions_of.values()))
        self.take_in = QPushButton(self.tr("&Import…"))
        self.take_in.setToolTip(self.tr("Take a model’s file into the library"))
        self.way_back = WayBack(models)
        self.notice = NoticeBar()
        self.notice.add_button(self.tr("Dismiss")).clicked.connect(self.notice.hide)
        self._veil = DropVeil(self, self.tr("Drop to import the model"))
        self.setAcceptDrops(True)
        self.setFocusProxy(self.table)
        self._lay_out()
        self._connect()
        self._dress()
        self._show()

    @property
    def chosen(self) -> Model | None:
        """The model that is shown."""
        return self._models.get(self._chosen)

    # Putting it together

    def _made_actions(self) -> dict[str, QAction]:
        told = {
            "rename": (self.tr("&Rename…"), "F2", self._rename),
            "note": (self.tr("&Note…"), "", self._note),
            "copy": (self.tr("Save as a &copy…"), "", self._copy),
            "export": (self.tr("E&xport…"), "", self._export),
            "remove": (self.tr("Re&move…"), "Del", self._remove),
        }
        made = {}
        for name, (text, keys, slot) in told.items():
            action = QAction(text, self)
            action.setObjectName(name)
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(slot)
            self.addAction(action)
            made[name] = action
        return made

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.addWidget(words(self.tr("Models"), "headline"), 1)
        heading.addWidget(self.way_back)
        heading.addWidget(self.take_in)
        listed = QFrame()
        listed.setProperty("role", "card")
        inside = QVBoxLayout(listed)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        inside.addWidget(self.table, 1)
        hint = words(self.tr("Drop a model’s file here to import it."), "caption")
        hint.setContentsMargins(12, 6, 12, 8)
        inside.addWidget(hint)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(listed)
        split.addWidget(self.details)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes(list(_WIDTHS))
        listed.setMinimumWidth(340)  # the details are never narrower than their buttons
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addLayout(heading)
        layout.addWidget(self.notice)
        layout.addWidget(split, 1)

    def _connect(self) -> None:
        models = self._models
        models.changed.connect(self._show)
        models.busy_changed.connect(self._show_what_can_be_done)
        models.activated.connect(self.activated)
        models.added.connect(self._on_added)
        models.renamed.connect(self._on_renamed)
        models.removed.connect(self._on_removed)
        models.exported.connect(self._on_exported)
        models.refused.connect(self._on_refused)
        models.failed.connect(self._tell)
        models.detailed.connect(self._on_detailed)
        models.not_detailed.connect(self._on_not_detailed)
        self.table.chosen.connect(self.choose)
        self.table.opened.connect(self._activate)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.take_in.clicked.connect(self.asking.choose_import)
        self.details.activate_wanted.connect(self._activate)
        self.details.evaluate_wanted.connect(self._evaluate)
        self.details.train_wanted.connect(self._train_from)
        self._icons.changed.connect(self._dress)

    def _dress(self) -> None:
        self.take_in.setIcon(self._icons.get("folder"))
        self.way_back.setIcon(self._icons.get("undo"))
        for name, icon in (("note", "note"), ("copy", "copy"), ("export", "export"), ("remove", "close")):
            self.actions_of[name].setIcon(self._icons.get(icon))

    # What is shown

    def choose(self, name: str) -> None:
        """Show this model."""
        self._chosen = name
        self._show()

    def _show(self) -> None:
        entries = self._models.entries
        self.table.show_models(entries, self._chosen)
        if self._models.get(self._chosen) is None:
            self._chosen = self.table.current
        model = self.chosen
        self._show_what_can_be_done()
        if model and not self._same_card(model):
            self._carded = model
            self._models.detail(model.name)

    def _same_card(self, model: Model) -> bool:
        """Whether the card that was asked for says all of this model."""
        before = self._carded
        return bool(before and (before.path, before.facts) == (model.path, model.facts))

    def _show_what_can_be_done(self) -> None:
        model, busy = self.chosen, self._models.is_busy
        self.details.show_model(model, busy)
        own = bool(model and not model.bundled)
        readable = bool(model and not model.problem)
        for name, action in self.actions_of.items():
            needs_own = name in ("rename", "note", "remove")
            action.setEnabled(
                bool(model) and not busy and (own or not needs_own) and (readable or name == "remove")
            )
        self.take_in.setEnabled(not busy)

    def _on_detailed(self, name: str, model: Checkpoint) -> None:
        if name == self._chosen:
            self.details.show_card(model)

    def _on_not_detailed(self, name: str, error: BaseException) -> None:
        if not isinstance(error, LungfieldError):
            self.problem.emit(error)
        elif name == self._chosen:
            self.details.show_words(in_one_line(error.message, error.hint))

    # What has happened

    def _on_added(self, name: str) -> None:
        self.notice.say(self.tr("{name} is in your library.").format(name=name))
        self.choose(name)

    def _on_renamed(self, name: str, new_name: str) -> None:
        self.notice.hide()
        self.choose(new_name)

    def _on_removed(self, name: str, active: str) -> None:
        reading = self._models.reading
        text = self.tr("{name} was removed. {reading} reads.")
        self.notice.say(text.format(name=name, reading=active if reading == name else reading))

    def _on_exported(self, name: str, target: Path) -> None:
        self.notice.say(self.tr("{name} was exported to {target}.").format(name=name, target=target))

    def _on_refused(self, path: Path, error: BaseException) -> None:
        self._tell(error)

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, LungfieldError):
            self.notice.say(in_one_line(error.message, error.hint), "warning")
        else:
            self.problem.emit(error)

    # What is wanted

    def _activate(self) -> None:
        model = self.chosen
        if model and not model.reads and not model.problem and not self._models.is_busy:
            self._models.activate(model.name)

    def _evaluate(self) -> None:
        self.evaluate_wanted.emit(self._chosen)

    def _train_from(self) -> None:
        self.train_from_wanted.emit(self._chosen)

    def _rename(self) -> None:
        if model := self.chosen:
            self.asking.ask_new_name(model)

    def _note(self) -> None:
        if model := self.chosen:
            self.asking.ask_note(model)

    def _copy(self) -> None:
        if model := self.chosen:
            self.asking.ask_copy(model)

    def _export(self) -> None:
        if model := self.chosen:
            self.asking.choose_export(model)

    def _remove(self) -> None:
        if model := self.chosen:
            self.asking.ask_remove(model)

    def _show_menu(self, place: QPoint) -> None:
        if self.table.indexAt(place).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions(list(self.actions_of.values()))
            menu.popup(self.table.viewport().mapToGlobal(place))

    # Qt's own

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._models.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if len(local_paths(event.mimeData())) == 1 and not self._models.is_busy:
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        self._veil.hide()
        event.acceptProposedAction()
        self._models.examine(local_paths(event.mimeData())[0])
