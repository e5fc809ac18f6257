"""Everything the person can do, as actions with their words, keys and icons."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.icons import Icons


@dataclass(frozen=True)
class Spec:
    """One action.

    Attributes:
        keys: in Qt's portable notation; the first is shown in menus.
        local: its keys work in the viewer and the worklist only: elsewhere they mean something else, such as
            the arrows on a slider.
        viewer_only: of those, they work in the viewer only.
        repeats: its keys, held down, do it again and again.
    """

    name: str
    group: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    local: bool = False
    viewer_only: bool = False
    repeats: bool = True


class Actions(QObject):
    """The actions by name. The owner connects them; `dress` gives them their icons."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._by_name: dict[str, QAction] = {}
        self._specs = self._all()
        for spec in self._specs:
            action = QAction(spec.text, parent)
            action.setObjectName(spec.name)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setCheckable(spec.checkable)
            action.setAutoRepeat(spec.repeats)
            if spec.local or spec.viewer_only:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            else:
                parent.addAction(action)
            words = action.text().removesuffix("…")
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{words}  ({keys})" if keys else words)
            self._by_name[spec.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def all(self) -> list[QAction]:
        return list(self._by_name.values())

    def add_local_to(self, viewer: QWidget, worklist: QWidget) -> None:
        """Have the keys that work in some places only work in these."""
        for spec in self._specs:
            if spec.local or spec.viewer_only:
                viewer.addAction(self._by_name[spec.name])
            if spec.local:
                worklist.addAction(self._by_name[spec.name])

    def enable(self, names: tuple[str, ...], enabled: bool) -> None:
        for name in names:
            self._by_name[name].setEnabled(enabled)

    def dress(self, icons: Icons) -> None:
        for spec in self._specs:
            if spec.icon:
                self._by_name[spec.name].setIcon(icons.get(spec.icon))

    def shortcuts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Groups of keys and what they do, for the page that lists them."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for spec in self._specs:
            action = self._by_name[spec.name]
            if spec.keys:
                keys = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()]
                groups.setdefault(spec.group, []).append((" / ".join(keys), action.text().removesuffix("…")))
        return list(groups.items())

    def _all(self) -> tuple[Spec, ...]:
        return (
            Spec("open", self.tr("Scans"), self.tr("Open scans…"), ("Ctrl+O",), "open"),
            Spec("open-folder", self.tr("Scans"), self.tr("Open folder…"), ("Ctrl+Shift+O",), "folder"),
            Spec("history", self.tr("Scans"), self.tr("Everything read before"), ("Ctrl+H",), "history"),
            Spec("paste", self.tr("Scans"), self.tr("Paste picture or files"), ("Ctrl+V",), "paste"),
            Spec(
                "next", self.tr("Scans"), self.tr("Next scan"), ("Space", "Right", "Down"), "next", local=True
            ),
            Spec(
                "previous",
                self.tr("Scans"),
                self.tr("Previous scan"),
                ("Shift+Space", "Left", "Up"),
                "previous",
                local=True,
            ),
            Spec("first", self.tr("Scans"), self.tr("First scan"), ("Home",), local=True),
            Spec("last", self.tr("Scans"), self.tr("Last scan"), ("End",), local=True),
            Spec("remove", self.tr("Scans"), self.tr("Remove from the list"), ("Del",), "close", local=True),
            Spec("clear", self.tr("Scans"), self.tr("Remove all from the list")),
            Spec("find", self.tr("Scans"), self.tr("Find on the list"), ("Ctrl+F",)),
            Spec("export", self.tr("Scans"), self.tr("Export…"), ("Ctrl+E",), "export"),
            Spec("save", self.tr("Scans"), self.tr("Save picture…"), ("Ctrl+S",), "save"),
            Spec("copy", self.tr("Scans"), self.tr("Copy picture"), ("Ctrl+C",), "copy"),
            Spec("fit", self.tr("View"), self.tr("Fit to window"), ("F",), "fit"),
            Spec("actual", self.tr("View"), self.tr("Actual pixels (1:1)"), ("A",), "actual"),
            Spec("zoom-in", self.tr("View"), self.tr("Zoom in"), ("+", "="), "zoom-in"),
            Spec("zoom-out", self.tr("View"), self.tr("Zoom out"), ("-",), "zoom-out"),
            Spec("rotate-left", self.tr("View"), self.tr("Rotate left"), ("[", "L"), "rotate-left"),
            Spec("rotate-right", self.tr("View"), self.tr("Rotate right"), ("]", "T"), "rotate-right"),
            Spec("move-left", self.tr("View"), self.tr("Move the picture left"), ("Ctrl+Left",)),
            Spec("move-right", self.tr("View"), self.tr("Move the picture right"), ("Ctrl+Right",)),
            Spec("move-up", self.tr("View"), self.tr("Move the picture up"), ("Ctrl+Up",)),
            Spec("move-down", self.tr("View"), self.tr("Move the picture down"), ("Ctrl+Down",)),
            Spec("flip-h", self.tr("View"), self.tr("Flip left and right"), ("X",), "flip-h"),
            Spec("flip-v", self.tr("View"), self.tr("Flip top and bottom"), ("Y",), "flip-v"),
            Spec("wide", self.tr("View"), self.tr("Worklist as a table"), ("F6",), "table", checkable=True),
            Spec("show-worklist", self.tr("View"), self.tr("Worklist"), ("F7",), checkable=True),
            Spec("show-panel", self.tr("View"), self.tr("Side panel"), ("F8",), checkable=True),
            Spec("full-screen", self.tr("View"), self.tr("Full screen"), ("F11",), checkable=True),
            Spec("full", self.tr("Contrast"), self.tr("Full range"), ("1",), checkable=True),
            Spec("auto", self.tr("Contrast"), self.tr("Auto (0.1 to 99.9 %)"), ("2",), checkable=True),
            Spec("lung", self.tr("Contrast"), self.tr("Lung"), ("3",), checkable=True),
            Spec("bone", self.tr("Contrast"), self.tr("Bone"), ("4",), checkable=True),
            Spec("file", self.tr("Contrast"), self.tr("The file's own"), ("5",), checkable=True),
            Spec("invert", self.tr("Contrast"), self.tr("Invert"), ("I",), "invert", checkable=True),
            Spec(
                "clahe",
                self.tr("Contrast"),
                self.tr("Local contrast (CLAHE)"),
                ("C",),
                "clahe",
                checkable=True,
            ),
            Spec("reset", self.tr("Contrast"), self.tr("Reset contrast and view"), ("R",), "reset"),
            Spec("heatmap", self.tr("Evidence"), self.tr("Heatmap"), ("H",), "heatmap", checkable=True),
            Spec(
                "side-by-side",
                self.tr("Evidence"),
                self.tr("Side by side"),
                ("S",),
                "side-by-side",
                checkable=True,
            ),
            Spec("read-again", self.tr("Reading"), self.tr("Read again"), ("F5",), "read"),
            Spec(
                "read-as-displayed",
                self.tr("Reading"),
                self.tr("Read as displayed"),
                ("D",),
                "read-as-displayed",
            ),
            Spec("read-as-stored", self.tr("Reading"), self.tr("Read as stored"), ("Shift+D",)),
            Spec("read-unread", self.tr("Reading"), self.tr("Read all that are not read")),
            Spec("stop", self.tr("Reading"), self.tr("Stop searching and reading"), ("Esc",), "stop"),
            *self._review(),
            *self._models(),
            Spec("settings", self.tr("Application"), self.tr("Settings…"), ("Ctrl+,",), "settings"),
            Spec("shortcuts", self.tr("Application"), self.tr("Keys and mouse"), ("F1", "?"), "keyboard"),
            Spec("model-card", self.tr("Application"), self.tr("About the model"), (), "model"),
            Spec("about", self.tr("Application"), self.tr("About Lungfield"), (), "info"),
            Spec("log-folder", self.tr("Application"), self.tr("Open the log folder"), (), "log"),
            Spec("quit", self.tr("Application"), self.tr("Quit"), ("Ctrl+Q",)),
        )

    def _review(self) -> tuple[Spec, ...]:
        group = self.tr("Review")
        return (
            Spec("agree", group, self.tr("Agree"), ("G",), "agree"),
            Spec(
                "agree-next",
                group,
                self.tr("Agree, and go on"),
                ("Return", "Enter"),
                viewer_only=True,
                repeats=False,
            ),
            Spec("call-normal", group, self.tr("It is NORMAL"), ("N",)),
            Spec("call-pneumonia", group, self.tr("It is PNEUMONIA"), ("P",)),
            Spec("note", group, self.tr("Write a note"), ("M",), "note"),
            Spec("take-back", group, self.tr("Take the review back"), ("Backspace",), local=True),
            Spec("next-unreviewed", group, self.tr("Next unreviewed scan"), ("U",)),
            Spec("undo", group, self.tr("Undo"), ("Ctrl+Z",), "undo"),
            Spec("redo", group, self.tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
        )

    def _models(self) -> tuple[Spec, ...]:
        group = self.tr("Models")
        return (
            Spec("fine-tune", group, self.tr("Fine-tune on your scans…"), ("Ctrl+T",), "train"),
            Spec("evaluate", group, self.tr("Evaluate a model…"), ("Ctrl+Shift+T",), "evaluate"),
            Spec("models", group, self.tr("Library of models"), ("Ctrl+L",), "library"),
        )
