"""The window: assembles what is on the screen. The logic is in the session and the commands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.errors import LungfieldError
from core.imaging.display import PRESETS
from core.reading.finding import Listing
from core.reading.words import engine
from gui.actions import Actions
from gui.banner import Banner
from gui.bars import fill, fill_menu_bar, tool_bar
from gui.closing import gives_up_reviews, interrupts_export
from gui.commands import Commands
from gui.dialogs.history import History
from gui.dropping import DropVeil
from gui.empty_page import EmptyPage
from gui.errors import ErrorFunnel
from gui.export.exporter import Exporter
from gui.export.progress import ExportProgress
from gui.icons import Icons
from gui.language import Languages
from gui.opening import can_be_opened
from gui.preferences import Preferences
from gui.reading.panel import ReadingPanel
from gui.reading.present import device_note, reading_state
from gui.review.panel import ReviewPanel
from gui.saving import PictureSaver
from gui.session import Session
from gui.side_panel import side_panel
from gui.status_line import StatusLine
from gui.theme import Theme
from gui.viewer.contrast_panel import ContrastPanel
from gui.viewer.heat_panel import HeatPanel
from gui.viewer.heat_state import HeatState
from gui.viewer.viewer import Viewer
from gui.window_memory import WindowMemory
from gui.worklist.commands import WorklistCommands
from gui.worklist.entry import Entry
from gui.worklist.panel import WorklistPanel
from gui.worklist.thumbnails import Thumbnails
from gui.workshop.door import WorkshopDoor
from gui.workshop.workshop import Workshop

#: After this long a scan that is still being decoded is said to be, and the one before it leaves the screen.
_PATIENCE_MS = 200


class MainWindow(QMainWindow):
    """Everything on the screen. What it shows is handed in; `closing` asks the owner to end the work."""

    closing = Signal()

    def __init__(
        self,
        session: Session,
        heat: HeatState,
        saver: PictureSaver,
        exporter: Exporter,
        thumbnails: Thumbnails,
        history: History,
        workshop: Workshop,
        preferences: Preferences,
        theme: Theme,
        icons: Icons,
        languages: Languages,
        funnel: ErrorFunnel,
        kept: QSettings | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._funnel = funnel
        self._exporter = exporter
        self._not_kept: LungfieldError | None = None
        self._icons = icons
        self.setWindowIcon(icons.application())
        self.setAcceptDrops(True)
        self.setMinimumSize(900, 480)

        self.actions_ = Actions(self)
        self.commands = Commands(self.actions_, session, heat, saver, languages, icons, history, self)
        self.banner = Banner()
        self.export_progress = ExportProgress(exporter, funnel)
        self.viewer = Viewer(session.view, session.display, heat)
        self.worklist = WorklistPanel(session.worklist, thumbnails, theme, icons, preferences)
        self.reading_panel = ReadingPanel()
        self.review_panel = ReviewPanel()
        self.worklist_commands = WorklistCommands(
            self.actions_, session, self.worklist, self.review_panel, exporter, self
        )
        self.heat_panel = HeatPanel(heat)
        self.contrast_panel = ContrastPanel(session.display)
        self.empty_page = EmptyPage(icons, self.actions_["open"], self.actions_["open-folder"])
        self.status = StatusLine(self.actions_["stop"])
        self.door = WorkshopDoor(workshop, self.actions_, self.status, self, kept)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)

        self._lay_out()
        self._make_bars()
        self._veil = DropVeil(self)
        self._connect(preferences, saver)
        self._hand_keys_to_the_viewer()
        self.dress()
        self._on_settings(preferences.now)
        self._memory = WindowMemory(self, self.splitter, self.worklist, self.actions_, kept)
        self._memory.restore()
        self._show_picture()
        self._show_current()

    # Assembly

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty_page)
        self._pages.addWidget(self.viewer)
        self.side = side_panel(self.reading_panel, self.review_panel, self.heat_panel, self.contrast_panel)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((self.worklist, 0), (self._pages, 1), (self.side, 0)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
        self.worklist.setMinimumWidth(180)
        self._pages.setMinimumWidth(320)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([270, 670, 340])
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.banner, self.door.bar, self.export_progress):
            column.addWidget(widget)
        column.addWidget(self.splitter, 1)
        self.setCentralWidget(centre)
        self.statusBar().addWidget(self.status, 1)
        self.statusBar().setSizeGripEnabled(False)

    def _make_bars(self) -> None:
        self._recent = fill_menu_bar(self.menuBar(), self.actions_)
        self.addToolBar(tool_bar(self.actions_))

    def _connect(self, preferences: Preferences, saver: PictureSaver) -> None:
        session, actions = self._session, self.actions_
        session.current_changed.connect(self._show_current)
        session.picture_changed.connect(self._show_picture)
        session.reading_changed.connect(self._show_reading)
        session.counts_changed.connect(self.worklist.show_counts)
        session.problem.connect(self._funnel.tell)
        session.left_out.connect(self._on_left_out)
        session.readings.service.progressed.connect(self.status.show_progress)
        session.opener.searching.connect(self.status.show_searching)
        session.opener.searching.connect(self._on_searching)
        session.opener.cancelled.connect(self._on_search_stopped)
        self._funnel.told.connect(self.banner.tell)
        preferences.changed.connect(self._on_settings)
        preferences.not_kept.connect(self._funnel.tell)
        saver.failed.connect(self._funnel.tell)
        saver.saved.connect(self._on_saved)
        saver.copied.connect(self._on_copied)
        self.worklist.wanted.connect(session.select)
        self.worklist.menu_wanted.connect(self._on_worklist_menu)
        self.worklist.opened.connect(self._on_row_opened)
        self.worklist_commands.noted.connect(self.status.show_note)
        session.readings.stopped.connect(self._on_stopped)
        session.readings.cut_short.connect(self._on_cut_short)
        self.review_panel.note_finished.connect(self.viewer.canvas.setFocus)
        self.viewer.context_menu_requested.connect(self._on_viewer_menu)
        self.empty_page.recent_wanted.connect(self.commands.open_recent)
        self.banner.log_wanted.connect(self.commands.open_log_folder)
        self.reading_panel.read_again_requested.connect(session.read_again)
        self.reading_panel.read_as_stored_requested.connect(session.read_as_stored)
        self.reading_panel.details_requested.connect(self.commands.show_model)
        self.contrast_panel.read_as_displayed_requested.connect(session.read_as_displayed)
        session.view.changed.connect(self._on_view)
        self._recent.triggered.connect(self._on_recent)
        self._patience.timeout.connect(self._say_that_it_loads)
        self._icons.changed.connect(self.dress)
        actions["quit"].triggered.connect(self.close)
        actions["wide"].toggled.connect(self._on_wide)
        actions["show-worklist"].toggled.connect(self.worklist.setVisible)
        actions["show-panel"].toggled.connect(self.side.setVisible)
        actions["full-screen"].triggered.connect(self._on_full_screen)

    def _hand_keys_to_the_viewer(self) -> None:
        """Clicking a control leaves the keys with the viewer; Tab still goes everywhere."""
        self.actions_.add_local_to(self.viewer, self.worklist.view)
        for panel in (self.side, self.empty_page):
            for widget in (*panel.findChildren(QAbstractButton), *panel.findChildren(QAbstractSlider)):
                if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for number in self.side.findChildren(QAbstractSpinBox):
            number.installEventFilter(self)
        # A drop is for the window, wherever it falls
        for widget in self.findChildren(QWidget):
            widget.setAcceptDrops(False)

    def dress(self) -> None:
        """Take the icons in the theme's colours."""
        self.actions_.dress(self._icons)
        self.empty_page.dress()

    # What is shown

    def _show_current(self) -> None:
        entry = self._session.current
        self.worklist.show_current(entry)
        self.setWindowTitle(f"{entry.name} – Lungfield" if entry else "Lungfield")
        self._pages.setCurrentWidget(self.viewer if entry else self.empty_page)
        focus = QApplication.focusWidget()
        keeps_the_keys = focus is self.worklist.view or (
            isinstance(focus, QLineEdit | QPlainTextEdit) and self.isAncestorOf(focus)
        )
        if entry and not keeps_the_keys:
            self.viewer.canvas.setFocus()  # so that the keys work at once

    def _show_picture(self) -> None:
        session = self._session
        self._patience.stop()
        if session.picture_status == "loading":
            self._patience.start()
        elif session.picture_status == "failed" and session.picture_error:
            problem = self._funnel.problem(session.picture_error)
            self.viewer.show_message(
                self.tr("This scan cannot be shown"),
                f"{problem.message}: {problem.hint}." if problem.hint else f"{problem.message}.",
            )
        elif session.picture_status == "shown":
            self.viewer.show_picture(session.picture)
        else:
            self.viewer.show_picture(None)
        self._show_reading()  # it tells what the file says of the patient, and shows the evidence

    def _say_that_it_loads(self) -> None:
        entry = self._session.current
        if entry:
            self.viewer.show_message(self.tr("Loading…"), entry.name)

    def _show_reading(self) -> None:
        self.reading_panel.show_state(reading_state(self._session, self._funnel))
        self._show_evidence()
        opened = self._session.opened
        if opened:
            reader = opened.reader
            words = (reader.checkpoint.name, engine(reader.engine_words), device_note(opened))
            self.status.show_engine(" · ".join(filter(None, words)), opened.why)
        else:
            words = self.tr("no model") if self._session.no_model else self.tr("opening the model…")
            self.status.show_engine(words, "")

    def _show_evidence(self) -> None:
        reading = self._session.reading if self._session.picture_status == "shown" else None
        self.viewer.show_evidence(reading.evidence if reading else None)

    def _on_settings(self, settings: object) -> None:
        now = self._session.preferences.now
        self.viewer.set_drag(now.drag_axes, now.drag_up_darkens)
        self.empty_page.show_recent(now.recent)
        self._recent.clear()
        for path in now.recent:
            self._recent.addAction(path.replace("&", "&&")).setData(path)
        self._recent.setEnabled(bool(now.recent))

    def _on_view(self) -> None:
        self.contrast_panel.set_turned(not self._session.view.orientation.is_upright)

    def _on_searching(self, searching: bool) -> None:
        # What is said of the last attempt is over; that nothing is kept is not
        lasts = self._not_kept is not None and self.banner.text.startswith(self._not_kept.message)
        if searching and not lasts:
            self.banner.hide()

    def _on_saved(self, path: object) -> None:
        self.status.show_note(self.tr("Saved {path}").format(path=path))

    def _on_copied(self) -> None:
        self.status.show_note(self.tr("The picture is on the clipboard"))

    # What the person does with the window itself

    def _on_recent(self, action: object) -> None:
        self.commands.open_recent(action.data())

    def _on_worklist_menu(self, entry: Entry, where: QPoint) -> None:
        if entry not in self.worklist.selected():
            self._session.select(entry)
        names = ("agree", "call-normal", "call-pneumonia", "take-back", "", "read-again", "export", "")
        self._pop_up(where, *names, "remove", "clear")

    def _on_row_opened(self, entry: Entry) -> None:
        self._session.select(entry)
        self.actions_["wide"].setChecked(False)
        self.viewer.canvas.setFocus()

    def _on_wide(self, wide: bool) -> None:
        """The worklist takes the room of the viewer and of the panel beside it, or gives it back."""
        self.worklist.set_wide(wide)
        self._pages.setVisible(not wide)
        self.side.setVisible(not wide and self.actions_["show-panel"].isChecked())
        self.worklist.setVisible(wide or self.actions_["show-worklist"].isChecked())
        self.actions_.enable(("show-worklist", "show-panel"), not wide)
        self.commands.refresh()
        self.worklist_commands.refresh()
        if wide:
            self.worklist.view.setFocus()

    def show_whether_kept(self, problem: LungfieldError | None) -> None:
        """Say, as long as it is so, that readings and reviews are in memory only."""
        self._not_kept = problem
        words = self.tr("Not kept: history is in memory only") if problem else ""
        self.status.show_trouble(words, str(problem) if problem else "")

    def _on_stopped(self) -> None:
        left = sum(entry.status == "unread" for entry in self._session.worklist.entries)
        if left:
            self.status.show_note(self.tr("Reading stopped: {n} not read").format(n=left))

    def _on_search_stopped(self) -> None:
        self.status.show_note(self.tr("Search stopped: nothing more is added"))

    def _on_cut_short(self, left: int) -> None:
        self.banner.say(
            self.tr(
                "Stopped: {n} scans of what you opened are not on the list. Open it again for the rest."
            ).format(n=left)
        )

    def _on_left_out(self, listing: Listing) -> None:
        parts = []
        if listing.left_out:
            parts.append(self.tr("{n} that are no scans").format(n=listing.left_out))
        if listing.hidden:
            parts.append(self.tr("{n} hidden").format(n=listing.hidden))
        self.status.show_note(self.tr("Files left out: {parts}").format(parts=", ".join(parts)))

    def _on_viewer_menu(self, where: QPoint) -> None:
        self._pop_up(where, *PRESETS, "", "invert", "clahe", "reset", "", "fit", "actual", "", "save", "copy")

    def _pop_up(self, where: QPoint, *names: str) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill(menu, self.actions_, *names)
        menu.popup(where)

    def _on_full_screen(self, on: bool) -> None:
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if on
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A number that was typed in hands the keys back to the viewer."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()  # the window's own Escape stops reading
            return True
        if event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.viewer.canvas.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                QTimer.singleShot(0, self.viewer.canvas.setFocus)  # when the number has taken it
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.actions_["full-screen"].trigger()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if can_be_opened(event.mimeData()) or event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        self._veil.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._session.take(event.mimeData())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._veil.isVisible():
            self._veil.cover()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self.review_panel.tell_note()
        if not self._may_close():
            event.ignore()
            return
        self._memory.keep()
        self.hide()  # at once; what is still working ends behind it
        self.closing.emit()
        event.accept()

    def _may_close(self) -> bool:
        """Whether the person closes although something would be lost or end."""
        reviewed = self._session.reviews.history.can_undo
        if self._not_kept and reviewed and not gives_up_reviews(self, self._not_kept):
            return False
        if self._exporter.is_busy and not interrupts_export(self):
            return False
        return self.door.may_close()
