"""The models at hand: the bundled ones, and the person's own in their data folder.

Every change is written whole or not at all, and only one process makes changes at a time: two windows and a
command line may share a library.
"""

from core.model.library.changes import (
    add,
    copy,
    export,
    keep,
    remove,
    rename,
    set_note,
    set_operating_points,
)
from core.model.library.examine import Candidate, examine
from core.model.library.facts import Facts, facts
from core.model.library.names import check_name, suggested_name
from core.model.library.places import BUNDLED
from core.model.library.record import Activation, activate, active_name, before, history, roll_back
from core.model.library.shelf import Entry, entries, find, note

__all__ = [
    "BUNDLED",
    "Activation",
    "Candidate",
    "Entry",
    "Facts",
    "activate",
    "active_name",
    "add",
    "before",
    "check_name",
    "copy",
    "entries",
    "examine",
    "export",
    "facts",
    "find",
    "history",
    "keep",
    "note",
    "remove",
    "rename",
    "roll_back",
    "set_note",
    "set_operating_points",
    "suggested_name",
]
