"""What the actions do that concern scans on the list: review them, take them away, take them off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gui.actions import Actions
from gui.export.dialog import ExportDialog
from gui.export.exporter import Exporter
from gui.export.items import StoredItems
from gui.export.request import ExportRequest, Numbers, Which
from gui.review.panel import ReviewPanel
from gui.review.state import ReviewState
from gui.session import Session
from gui.worklist.entry import Entry
from gui.worklist.panel import WorklistPanel

#: Of more selected rows it is not looked up, whenever an answer comes, what can be done with them.
_MANY = 1000


class WorklistCommands(QObject):
    """Connects the actions and the review panel to the session, and keeps both as things are.

    What is reviewed is the scan on the screen, or all that are selected where it is one of several.
    """

    noted = Signal(str)  # what was done, where that is not plain to see

    def __init__(
        self,
        actions: Actions,
        session: Session,
        panel: WorklistPanel,
        review: ReviewPanel,
        exporter: Exporter,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._session = session
        self._panel = panel
        self._review = review
        self._exporter = exporter
        self._offered: dict[Which, Sequence[Entry]] = {}
        self._are_selected_meant = True
        self._window = window
        self._folder = Path.home()
        simple = {
            "history": session.open_history,
            "export": self.show_export,
            "find": panel.find,
            "remove": self.remove,
            "read-again": self.read_again,
            "agree": self.agree,
            "agree-next": self.agree_and_go_on,
            "call-normal": self.call_normal,
            "call-pneumonia": self.call_pneumonia,
            "take-back": self.take_back,
            "note": self.edit_note,
            "next-unreviewed": session.next_unreviewed,
            "undo": session.reviews.undo,
            "redo": session.reviews.redo,
        }
        for name, slot in simple.items():
            actions[name].triggered.connect(slot)
        review.agreed.connect(self.agree_on_one)
        review.corrected.connect(self.correct_one)
        review.note_changed.connect(self._on_note)
        review.cleared.connect(self.take_back_one)
        review.next_unreviewed.connect(session.next_unreviewed)
        session.current_changed.connect(self._on_current)
        panel.selection_changed.connect(self._on_selected)
        # Answers may come by the thousand: once a turn of the event loop is enough
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        for signal in (
            session.counts_changed,
            session.reading_changed,
            session.current_changed,
            session.worklist.rearranged,
            session.reviews.history.changed,
            exporter.started,
            exporter.succeeded,
            exporter.failed,
            exporter.cancelled,
        ):
            signal.connect(self._refresh_soon)
        self.refresh()

    def refresh(self) -> None:
        """Enable what can be done now, and show what was said of the current scan."""
        session, actions, entry = self._session, self._actions, self._session.current
        reading = entry.settled if entry else None
        can_review = entry is not None and self._can_be_reviewed(entry)
        worklist = session.worklist
        following = worklist.next_unreviewed(entry)
        agreement = worklist.agreement()
        self._review.show_state(
            ReviewState(
                key=entry.sha256 if entry and can_review else None,
                can_review=can_review,
                reading_label=reading.label if reading and reading.verdict.accepted else "",
                review=entry.review if entry else None,
                agreement=agreement,
                without_reading=worklist.reviewed - agreement.reviewed,
                has_next=following is not None,
            )
        )
        actions.enable(("note",), can_review)
        actions.enable(("call-normal", "call-pneumonia"), self._is_any(lambda _: True))
        actions.enable(("agree",), self._is_any(_is_agreeable))
        actions.enable(("take-back",), self._is_any(lambda each: each.review is not None))
        agreeable = entry is not None and _is_agreeable(entry)
        looked_at = self._panel.is_wide or session.picture_status == "shown"
        actions.enable(("agree-next",), can_review and agreeable and looked_at)
        actions.enable(("next-unreviewed",), following is not None)
        actions.enable(("export",), bool(worklist.entries) and not self._exporter.is_busy)
        history = session.reviews.history
        actions.enable(("undo",), history.can_undo)
        actions.enable(("redo",), history.can_redo)
        actions["undo"].setText(history.undo_text)
        actions["redo"].setText(history.redo_text)

    def _on_current(self) -> None:
        """Enter that was pressed before this scan is on the screen is not about it; `refresh` allows it."""
        self._are_selected_meant = self._session.current in self._panel.selected()
        self._actions.enable(("agree-next",), False)

    def _refresh_soon(self, *_: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    # Reviews

    def agree(self) -> None:
        agreed = self._agree(self._to_review())
        self._tell(agreed, self.tr("You agree with the readings of {n} scans"))

    def _agree(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Not with the readings of what was rejected: those are not to be relied on. The others."""
        accepted = [each for each in entries if _is_agreeable(each)]
        self._session.reviews.agree(accepted)
        return accepted

    def agree_and_go_on(self) -> None:
        """Of the one on the screen, whatever is selected: it is said while looking at it."""
        self.agree_on_one()
        self._session.next_unreviewed()

    def call_normal(self) -> None:
        self._call("NORMAL")

    def call_pneumonia(self) -> None:
        self._call("PNEUMONIA")

    def _call(self, label: str) -> None:
        entries = self._to_review()
        self._session.reviews.correct(entries, label)
        self._tell(entries, self.tr("You call {n} scans {label}").format(n="{n}", label=label))

    def _tell(self, entries: Sequence[Entry], words: str) -> None:
        """Of several at once it is said what was done to them: most are not on the screen."""
        if len(entries) > 1:
            self.noted.emit(words.format(n=len(entries)))

    def take_back(self) -> None:
        self._session.reviews.take_back(self._to_review())

    def agree_on_one(self) -> None:
        self._agree(self._current())

    def correct_one(self, label: str) -> None:
        self._session.reviews.correct(self._current(), label)

    def take_back_one(self) -> None:
        self._session.reviews.take_back(self._current())

    def edit_note(self) -> None:
        """Give the field of the note the keys, and bring it where it is hidden."""
        self._actions["wide"].setChecked(False)
        self._actions["show-panel"].setChecked(True)
        self._review.edit_note()

    def _on_note(self, key: object, text: str) -> None:
        if key:
            self._session.reviews.note(str(key), text)

    # The list

    def remove(self) -> None:
        self._session.remove(self._chosen())

    def read_again(self) -> None:
        self._session.read_again(self._chosen())

    def _chosen(self) -> Sequence[Entry]:
        """The scans that are selected, else the one on the screen.

        Rows stay selected while the person goes on to other scans: then it is the picture that is looked at.
        The list as a table has none beside it, and what is to be seen there is which rows are selected.
        """
        return self._panel.selected() if self._is_selection_meant() else self._current()

    def _is_selection_meant(self) -> bool:
        if self._panel.is_wide:
            return self._panel.selected_count > 0  # one alone need not be the current one: see `_on_selected`
        return self._panel.selected_count > 1 and self._are_selected_meant

    def _is_any(self, such: Callable[[Entry], bool]) -> bool:
        """Whether any of the scans that a review would be of is such a one."""
        if self._is_selection_meant() and self._panel.selected_count > _MANY:
            return True
        return any(map(such, self._to_review()))

    def _on_selected(self) -> None:
        # After `current_changed` where both change: a row that is taken out of them becomes the current one
        self._are_selected_meant = True
        self._refresh_soon()

    def _to_review(self) -> Sequence[Entry]:
        return [entry for entry in self._chosen() if self._can_be_reviewed(entry)]

    def _can_be_reviewed(self, entry: Entry) -> bool:
        """It is a scan, and the person sees it: its picture, or its row."""
        in_sight = not self._panel.is_wide or self._session.worklist.row_of(entry) >= 0
        return bool(entry.sha256) and entry.status != "failed" and in_sight

    def _current(self) -> Sequence[Entry]:
        return [self._session.current] if self._session.current else []

    # Exports

    def show_export(self) -> None:
        """Ask what is to be exported, and of which scans."""
        several = len(self._panel.selected()) > 1
        # More may arrive while the dialog is open, and another scan come on the screen
        self._offered = self._scans()
        dialog = ExportDialog(
            self._numbers(),
            which="selected" if several else "shown",
            folder=self._folder,
            parent=self._window,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._on_wanted)
        dialog.open()

    def _on_wanted(self, request: ExportRequest) -> None:
        self._export(request, self._offered[request.which])

    def _export(self, request: ExportRequest, entries: Sequence[Entry]) -> None:
        self._folder = request.path.parent
        session = self._session
        opened = session.opened
        items = StoredItems(
            entries,
            request.kind,
            session.readings.store,
            session.readings.model,
            opened.reader.checkpoint.metrics if opened else None,
        )
        self._exporter.start(request, items, self._title(request.named))

    def _title(self, named: bool) -> str:
        """Of a report on many scans: the folder they lie in, where names may be told."""
        folders = {entry.folder for entry in self._session.worklist.entries}
        return Path(folders.pop()).name if named and len(folders) == 1 else ""

    def _numbers(self) -> Numbers:
        scans = self._offered
        return Numbers(
            scans={which: len(entries) for which, entries in scans.items()},
            read={which: sum(each.settled is not None for each in some) for which, some in scans.items()},
            reviewed={which: sum(each.is_reviewed for each in some) for which, some in scans.items()},
        )

    def _scans(self) -> dict[Which, Sequence[Entry]]:
        worklist = self._session.worklist
        return {
            "shown": list(worklist.shown),
            "selected": self._panel.selected() or list(self._current()),
            "current": self._current(),
            "all": list(worklist.entries),
        }


def _is_agreeable(entry: Entry) -> bool:
    """It has a reading that stands, and may be relied on."""
    return entry.settled is not None and entry.settled.verdict.accepted
