"""The menus and the tool bar, made of the actions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar

from core.imaging.display import PRESETS
from gui.actions import Actions

translate = QCoreApplication.translate

_VIEW = ("fit", "actual", "zoom-in", "zoom-out", "rotate-left", "rotate-right", "flip-h", "flip-v", "")
_REVIEW = ("agree", "agree-next", "call-normal", "call-pneumonia", "note", "take-back")
_TOOLS = (
    *("open", "open-folder", "", "previous", "next", "", *_VIEW),
    *("invert", "clahe", "reset", "", "heatmap", "side-by-side", "", "wide", "export", "save", "copy"),
)


def fill_menu_bar(bar: QMenuBar, actions: Actions) -> QMenu:
    """Make the menus; the one of recent files and folders, which the owner fills."""
    scans = bar.addMenu(translate("MainWindow", "&Scans"))
    fill(scans, actions, "open", "open-folder")
    recent = scans.addMenu(translate("MainWindow", "Open recent"))
    fill(scans, actions, "history", "paste", "", "next", "previous", "find", "", "remove", "clear", "")
    fill(scans, actions, "export", "save", "copy", "", "settings", "quit")
    view = bar.addMenu(translate("MainWindow", "&View"))
    fill(view, actions, *_VIEW, "wide", "show-worklist", "show-panel", "full-screen")
    contrast = bar.addMenu(translate("MainWindow", "&Contrast"))
    fill(contrast, actions, *PRESETS, "", "invert", "clahe", "", "reset")
    evidence = bar.addMenu(translate("MainWindow", "&Evidence"))
    fill(evidence, actions, "heatmap", "side-by-side")
    reading = bar.addMenu(translate("MainWindow", "&Reading"))
    fill(reading, actions, "read-again", "read-as-displayed", "read-as-stored", "read-unread", "", "stop")
    review = bar.addMenu(translate("MainWindow", "Re&view"))
    fill(review, actions, *_REVIEW, "", "next-unreviewed", "", "undo", "redo")
    models = bar.addMenu(translate("MainWindow", "&Models"))
    fill(models, actions, "fine-tune", "evaluate", "models", "", "model-card")
    about = bar.addMenu(translate("MainWindow", "&Help"))
    fill(about, actions, "shortcuts", "log-folder", "", "about")
    return recent


def tool_bar(actions: Actions) -> QToolBar:
    """What is used all the time, as icons."""
    tools = QToolBar(translate("MainWindow", "Tools"))
    tools.setObjectName("tools")
    tools.setMovable(False)
    tools.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    fill(tools, actions, *_TOOLS)
    for name in _TOOLS:
        if name and (button := tools.widgetForAction(actions[name])):
            button.setAccessibleName(actions[name].text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return tools


def fill(bar: QMenu | QToolBar, actions: Actions, *names: str) -> None:
    """Add actions by name; an empty name is a separator."""
    for name in names:
        if name:
            bar.addAction(actions[name])
        else:
            bar.addSeparator()
