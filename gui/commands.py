"""What each action does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from core import paths
from core.imaging.display import PRESETS
from core.model import library
from core.opening import Opened
from core.reading.reader import Reading
from core.reading.words import aloud, engine
from gui.actions import Actions
from gui.dialogs.about import AboutDialog
from gui.dialogs.history import History
from gui.dialogs.settings import SettingsDialog
from gui.dialogs.shortcuts import ShortcutsDialog
from gui.icons import Icons
from gui.language import Languages
from gui.reading.present import device_note
from gui.save_dialog import SaveDialog
from gui.saving import PictureSaver, Shown
from gui.session import Session
from gui.viewer.heat_state import HeatState
from gui.wording import contrast_words
from gui.worklist.entry import Entry

#: Clip limit that the action turns on; the panel sets any other.
_CLAHE = 2.0
_ZOOM = 1.25
_MOVE = 80.0  # device pixels

#: What needs a picture on the screen.
_ON_PICTURE = (
    *("fit", "actual", "zoom-in", "zoom-out", "move-left", "move-right", "move-up", "move-down"),
    *("rotate-left", "rotate-right", "flip-h", "flip-v"),
    *(*PRESETS, "invert", "clahe", "reset", "save", "copy"),
)


class Commands(QObject):
    """Connects the actions to what they do, and keeps them enabled and checked as things are."""

    def __init__(
        self,
        actions: Actions,
        session: Session,
        heat: HeatState,
        saver: PictureSaver,
        languages: Languages,
        icons: Icons,
        history: History,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._session = session
        self._heat = heat
        self._saver = saver
        self._languages = languages
        self._icons = icons
        self._history = history
        self._window = window
        self._folder = str(Path.home())
        simple = {
            "open": self.choose_scans,
            "open-folder": self.choose_folder,
            "paste": self.paste,
            "next": self.go_on,
            "first": self.go_to_first,
            "last": self.go_to_last,
            "previous": self.go_back,
            "clear": session.clear,
            "save": self.save_picture,
            "copy": self.copy_picture,
            "fit": session.view.fit_to_window,
            "actual": self.actual_size,
            "zoom-in": self.zoom_in,
            "zoom-out": self.zoom_out,
            "move-left": self.move_left,
            "move-right": self.move_right,
            "move-up": self.move_up,
            "move-down": self.move_down,
            "rotate-left": self.rotate_left,
            "rotate-right": self.rotate_right,
            "flip-h": session.view.flip_horizontally,
            "flip-v": session.view.flip_vertically,
            "invert": session.display.set_inverted,
            "clahe": self.toggle_clahe,
            "reset": self.reset,
            "heatmap": heat.set_shown,
            "side-by-side": heat.set_side_by_side,
            "read-as-displayed": session.read_as_displayed,
            "read-as-stored": session.read_as_stored,
            "read-unread": session.read_unread,
            "stop": session.stop,
            "settings": self.show_settings,
            "shortcuts": self.show_shortcuts,
            "model-card": self.show_model,
            "about": self.show_about,
            "log-folder": self.open_log_folder,
        }
        for name, slot in simple.items():
            actions[name].triggered.connect(slot)
        for name in PRESETS:
            actions[name].triggered.connect(self.apply_preset)
        # Answers may come by the thousand: once a turn of the event loop is enough
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        for signal in (session.counts_changed, session.readings.service.progressed):
            signal.connect(self._refresh_soon)
        for signal in (session.picture_changed, session.reading_changed, session.opener.searching):
            signal.connect(self.refresh)
        session.display.changed.connect(self._refresh_contrast)
        session.view.changed.connect(self._refresh_contrast)
        heat.changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Enable what can be done now, and check what is on."""
        session, actions = self._session, self._actions
        shown = session.picture_status == "shown" and not actions["wide"].isChecked()
        entry = session.current
        actions.enable(_ON_PICTURE, shown)
        actions.enable(("next", "previous", "first", "last", "clear"), bool(session.worklist.entries))
        actions.enable(("remove",), entry is not None)
        actions.enable(("read-again",), entry is not None and session.opened is not None)
        actions.enable(("read-as-stored",), entry is not None and entry.displayed is not None)
        actions.enable(("read-unread",), session.opened is not None and session.readings.has_unread)
        actions.enable(("stop",), session.is_reading or session.opener.is_searching)
        actions["heatmap"].setChecked(self._heat.shown)
        actions["side-by-side"].setChecked(self._heat.side_by_side)
        self._refresh_contrast()

    def _refresh_soon(self, *_: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _refresh_contrast(self) -> None:
        """What changes while the person drags."""
        session, actions = self._session, self._actions
        actions.enable(("read-as-displayed",), session.can_read_as_displayed)
        display = session.display
        for name in PRESETS:
            actions[name].setChecked(display.preset == name)
        actions["file"].setEnabled(display.has_own_window)
        actions["invert"].setChecked(display.display.inverted)
        actions["clahe"].setChecked(display.display.clahe > 0)

    # Scans

    def choose_scans(self) -> None:
        dialog = self._file_dialog(self.tr("Open scans"), QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(
            [
                self.tr("Scans") + " (*.dcm *.dicom *.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp *.gif)",
                self.tr("All files") + " (*)",
            ]
        )
        dialog.open()

    def choose_folder(self) -> None:
        dialog = self._file_dialog(self.tr("Open folder"), QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def paste(self) -> None:
        if mime := QGuiApplication.clipboard().mimeData():
            self._session.take(mime)

    def go_on(self) -> None:
        self._session.step(1)

    def go_to_first(self) -> None:
        self._session.step(-len(self._session.worklist.entries))

    def go_to_last(self) -> None:
        self._session.step(len(self._session.worklist.entries))

    def go_back(self) -> None:
        self._session.step(-1)

    def open_recent(self, path: str) -> None:
        self._session.open([Path(path)])

    def save_picture(self) -> None:
        """With the evidence where it is shown, without where it is not: what is seen now is what is saved."""
        entry, shown = self._session.current, self.shown()
        if entry is None or shown is None:
            return
        dialog = SaveDialog(shown, f"{Path(entry.name).stem}-lungfield.png", self._folder, self._window)
        dialog.chosen.connect(self._save)
        dialog.open()

    def copy_picture(self) -> None:
        if shown := self.shown():
            self._saver.copy(shown)

    def shown(self) -> Shown | None:
        """What is on the screen; None without a picture."""
        session, entry = self._session, self._session.current
        if entry is None or session.picture is None or session.picture_status != "shown":
            return None
        reading = session.reading if self._heat.shown else None
        display, orientation = session.display.display, session.view.orientation
        captions = [] if reading is None else [self._words(entry, reading), reading.model]
        if session.display.is_changed or not orientation.is_upright:
            captions.append(contrast_words(display, session.display.grey_levels, orientation))
        return Shown(
            session.picture.scan,
            display,
            orientation,
            None if reading is None else reading.evidence,
            tuple(captions),
            self._heat.cut_off,
            self._heat.opacity,
        )

    def _words(self, entry: Entry, reading: Reading) -> str:
        band = self._session.preferences.now.uncertain_band
        words = aloud(reading.probability, reading.threshold, band, reading.verdict.reasons)
        if entry.displayed:
            words += " " + self.tr("Read as displayed: {contrast}.").format(
                contrast=entry.displayed.description
            )
        return words

    def _file_dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._folder)
        dialog.setObjectName("open-scans")
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(self._open_chosen)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _open_chosen(self, names: list[str]) -> None:
        if names:
            self._folder = str(Path(names[0]).parent)
            self._session.open([Path(name) for name in names])

    def _save(self, shown: Shown, path: Path) -> None:
        self._folder = str(path.parent)
        self._saver.save(shown, path)

    # View and contrast

    def actual_size(self) -> None:
        self._session.view.actual_size()

    def zoom_in(self) -> None:
        self._session.view.zoom(_ZOOM)

    def zoom_out(self) -> None:
        self._session.view.zoom(1 / _ZOOM)

    def move_left(self) -> None:
        self._session.view.pan(-_MOVE, 0)

    def move_right(self) -> None:
        self._session.view.pan(_MOVE, 0)

    def move_up(self) -> None:
        self._session.view.pan(0, -_MOVE)

    def move_down(self) -> None:
        self._session.view.pan(0, _MOVE)

    def rotate_left(self) -> None:
        self._session.view.rotate(-1)

    def rotate_right(self) -> None:
        self._session.view.rotate(1)

    def apply_preset(self) -> None:
        sender = self.sender()
        if sender:
            self._session.display.apply_preset(sender.objectName())
            self.refresh()

    def toggle_clahe(self, on: bool) -> None:
        self._session.display.set_clahe(_CLAHE if on else 0.0)

    def reset(self) -> None:
        self._session.display.reset()
        self._session.view.reset()

    # Dialogs

    def show_settings(self) -> None:
        opened = self._session.opened
        points = opened.reader.checkpoint.operating_points if opened else ()
        self._show(
            SettingsDialog(
                self._session.preferences,
                library.entries(),
                points,
                self._languages.available(),
                _devices(opened),
                history=self._history,
                parent=self._window,
            )
        )

    def show_shortcuts(self) -> None:
        mouse = [
            (self.tr("Left drag"), self.tr("Window and level")),
            (self.tr("Right or middle drag"), self.tr("Move the picture")),
            (self.tr("Wheel"), self.tr("Zoom at the cursor")),
            (self.tr("Double click"), self.tr("Fit, or 1:1")),
        ]
        groups = [*self._actions.shortcuts(), (self.tr("Mouse"), mouse)]
        self._show(ShortcutsDialog(groups, self._window))

    def show_about(self) -> None:
        self._show(self._about())

    def show_model(self) -> None:
        about = self._about()
        about.tabs.setCurrentWidget(about.model)
        self._show(about)

    def _about(self) -> AboutDialog:
        opened = self._session.opened
        model = opened.reader.checkpoint if opened else None
        return AboutDialog(self._icons.application(), model, _devices(opened), self._window)

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_log_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.logs())))


def _devices(opened: Opened | None) -> str:
    """What reads now, in one line; empty where nothing does."""
    return (
        " · ".join(filter(None, (engine(opened.reader.engine_words), device_note(opened)))) if opened else ""
    )
