"""Builds the objects of the window and hands them on; no globals."""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence

from PySide6.QtCore import QObject, QSettings, QSize, QTimer
from PySide6.QtWidgets import QApplication

from core import log, paths, settings
from core.cli import DONE, SOME_FAILED, UNUSABLE, tell_any_name
from core.cli.options import window_parser
from core.errors import LungfieldError
from core.settings import NOTICE_VERSION
from core.version import VERSION
from gui import platform
from gui.dialogs.history import History
from gui.dialogs.notice import NoticeDialog
from gui.errors import ErrorFunnel
from gui.export.exporter import Exporter
from gui.handed_over import HandedOver
from gui.icons import Icons
from gui.jobs import Lanes
from gui.language import Languages
from gui.main_window import MainWindow
from gui.opening import Opener
from gui.preferences import Preferences
from gui.reading.readings import Readings
from gui.reading.service import ReadingService
from gui.recall import Recall
from gui.review.reviewing import Reviewing
from gui.saving import PictureSaver
from gui.screenshot import Screenshot
from gui.session import Session
from gui.storing import Storing
from gui.theme import Theme
from gui.viewer.display_state import DisplayState
from gui.viewer.heat_state import HeatState
from gui.viewer.loader import Loader
from gui.viewer.view_state import ViewState
from gui.worklist.model import WorklistModel
from gui.worklist.thumbnails import Thumbnails
from gui.workshop.workshop import Workshop

#: Of a screenshot where nothing else is asked for, whatever the size of the screen.
_PICTURE_SIZE = (1280, 800)

#: How the evidence is drawn is kept this long after the last change: a slider changes it many times a second.
_KEEP_AFTER_MS = 800


def main(arguments: Sequence[str]) -> int:
    """The window, until it is closed; the exit status."""
    tell_any_name()
    chosen = window_parser().parse_args(arguments)
    if chosen.screenshot and platform.problem():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a picture needs no screen
    if problem := platform.problem():
        print(f"lungfield: {problem}", file=sys.stderr)
        return UNUSABLE
    log.start()
    qt = QApplication(["lungfield"])
    qt.setApplicationName(paths.APP_NAME)
    qt.setApplicationVersion(VERSION)
    qt.setDesktopFileName("lungfield")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal; nothing is lost by it
    lungfield = Lungfield(qt, chosen)
    lungfield.start()
    status = qt.exec()
    lungfield.end()
    return status


class Lungfield(QObject):
    """The application: every object, made once and handed on.

    Args:
        chosen: as `core.cli.options.window_parser` gives it.
    """

    def __init__(self, qt: QApplication, chosen: Namespace) -> None:
        super().__init__()
        self._qt = qt
        self._chosen = chosen
        # A picture of the window must not change what the person set, nor wait for anybody
        keep = chosen.screenshot is None
        self.preferences = Preferences(settings.load(), keep, self)
        now = self.preferences.now
        self.funnel = ErrorFunnel(self)
        self.funnel.install()
        self.lanes = Lanes(self)
        self.theme = Theme(qt, self)
        self.theme.apply(chosen.theme or now.theme)
        self.languages = Languages(qt, parent=self)
        self.languages.apply(now.language)
        self.icons = Icons(self.theme, self)
        self.display = DisplayState(self)
        self.view = ViewState(self)
        self.heat = HeatState(
            now.heatmap_shown, now.heatmap_opacity, now.heatmap_cut_off, now.side_by_side, self
        )
        self.storing = Storing(keep, self)
        store = self.storing.store
        self.thumbnails = Thumbnails(self.lanes.lane("thumbnails", behind=True), self)
        worklist = WorklistModel(self)
        reading = self.lanes.lane("reading", behind=True)
        readings = Readings(
            worklist,
            now,
            Recall(self.lanes.lane("recall"), store, self),
            ReadingService(reading, store, self),
            store,
            self,
        )
        self.session = Session(
            self.preferences,
            Opener([self.lanes.lane(f"files {n}") for n in (1, 2)], self),
            readings,
            Reviewing(readings, self),
            Loader(self.lanes.lane("viewer"), self.lanes.lane("ahead", behind=True), self),
            self.display,
            self.view,
            self,
        )
        readings.thumbnail.connect(self.thumbnails.put)
        readings.replaced.connect(lambda entry: self.thumbnails.drop(entry.found))
        history = History(store, reading, self)
        history.changed.connect(lambda: self.session.make_way(history.is_clearing))
        history.cleared.connect(self.session.forget_history)
        history.failed.connect(self.funnel.tell)
        saver = PictureSaver(self.lanes.lane("pictures"), qt.clipboard(), self)
        exporter = Exporter(self.lanes.lane("export", behind=True), self)
        kept = QSettings(str(paths.user_data() / "window.ini"), QSettings.Format.IniFormat) if keep else None
        self.workshop = Workshop(
            self.lanes, store, self.preferences, self.theme, self.icons, self.funnel, keep, self
        )
        self.workshop.activated.connect(self._on_activated)
        self.workshop.altered.connect(self._on_altered)
        self.workshop.removed.connect(self._on_removed)
        self.workshop.scans_wanted.connect(self.session.open)
        self.window = MainWindow(
            self.session, self.heat, saver, exporter, self.thumbnails, history, self.workshop,
            self.preferences, self.theme, self.icons, self.languages, self.funnel, kept,
        )  # fmt: skip
        self.storing.problem.connect(self.funnel.tell)
        self.storing.problem.connect(self.storing.look)
        self.storing.kept.connect(self.window.show_whether_kept)
        self.storing.look()
        self._keep_heat = QTimer(self, singleShot=True, interval=_KEEP_AFTER_MS)
        self._keep_heat.timeout.connect(self._keep_how_evidence_is_drawn)
        self.heat.changed.connect(self._keep_heat.start)
        self.preferences.changed.connect(self._on_settings)
        self.window.closing.connect(self.end)
        self._handed_over = HandedOver(qt, self)
        self._handed_over.arrived.connect(self.session.open)
        self._screenshot: Screenshot | None = None

    def start(self) -> None:
        """Show the window; everything else waits until it is painted."""
        size = self._chosen.size or (_PICTURE_SIZE if self._chosen.screenshot else None)
        if size:
            self.window.resize(QSize(*size))
        self.window.show()
        QTimer.singleShot(0, self._on_painted)

    def end(self) -> None:
        """Cancel what is going on and wait for it. May be called again."""
        if self._keep_heat.isActive():
            self._keep_heat.stop()
            self._keep_how_evidence_is_drawn()
        if not self.lanes.close():
            log.logger.error("a lane did not end in time")
        self.workshop.end()
        self.storing.close()
        self.funnel.uninstall()

    def _on_painted(self) -> None:
        if self._chosen.screenshot is None and self.preferences.now.notice_accepted < NOTICE_VERSION:
            notice = NoticeDialog(self.icons.application(), self.window)
            notice.accepted.connect(self._on_understood)
            notice.rejected.connect(self.window.close)
            notice.open()
            return
        self._begin()

    def _on_understood(self) -> None:
        self.preferences.change(notice_accepted=NOTICE_VERSION)
        self._begin()

    def _begin(self) -> None:
        self.session.start()
        self.workshop.look_for_runs()
        if self._chosen.paths:
            self.session.open(self._chosen.paths)
        self._handed_over.begin()
        if self._chosen.screenshot:
            self._screenshot = Screenshot(self._chosen.screenshot, self.window, self.session)
            self._screenshot.done.connect(self._on_screenshot)
            self._screenshot.start()

    def _on_screenshot(self, error: LungfieldError | None) -> None:
        entries = self.session.worklist.entries
        said = [entry.reason for entry in entries if entry.status == "failed"]
        if (not entries and self._chosen.paths) or any(entry.status == "unread" for entry in entries):
            said.append(self.window.banner.text or "nothing was read")
        read = any(entry.reading for entry in entries)
        status = DONE if not said else SOME_FAILED if read else UNUSABLE
        if error:
            said, status = [*said, str(error)], UNUSABLE
        for line in said:
            print(f"lungfield: {line}", file=sys.stderr)
        self._qt.exit(status)

    def _on_activated(self, _: str) -> None:
        """Another model reads, with its own operating point: a threshold was meant for the one before."""
        chosen = self.preferences.now.model
        self.preferences.change(model="", threshold=None)
        if not chosen:  # else the change had it opened
            self.session.start()

    def _on_altered(self, name: str) -> None:
        """A model has other operating points or another name: where it reads, it is opened anew."""
        if self._reads(name):
            self.session.start()

    def _on_removed(self, name: str, active: str) -> None:
        if self._reads(name) or self.preferences.now.model == name:
            self._on_activated(active)

    def _reads(self, name: str) -> bool:
        opened = self.session.opened
        return opened is not None and opened.reader.checkpoint.name == name

    def _on_settings(self, now: settings.Settings) -> None:
        self.theme.apply(self._chosen.theme or now.theme)

    def _keep_how_evidence_is_drawn(self) -> None:
        heat = self.heat
        self.preferences.change(
            heatmap_shown=heat.shown,
            heatmap_opacity=heat.opacity,
            heatmap_cut_off=heat.cut_off,
            side_by_side=heat.side_by_side,
        )
