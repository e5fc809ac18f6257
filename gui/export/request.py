"""What is taken away: what kind of thing, of which scans, and where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

#: csv, folder-report: one file. The rest: one or two for each scan.
Kind = Literal["csv", "folder-report", "scan-reports", "overlays", "dicom", "dataset"]

#: shown: as filtered, in the order of the list. selected: on the list. current: the one on the screen.
Which = Literal["shown", "selected", "current", "all"]

KINDS: tuple[Kind, ...] = ("csv", "folder-report", "scan-reports", "overlays", "dicom", "dataset")
WHICHES: tuple[Which, ...] = ("shown", "selected", "current", "all")


@dataclass(frozen=True)
class ExportRequest:
    """What the person asked for.

    Attributes:
        named: file names and patients' names may leave.
        path: of the file where `is_file(kind, which)`, else the folder.
    """

    kind: Kind
    which: Which
    named: bool
    path: Path


@dataclass(frozen=True)
class Numbers:
    """How many scans there are to choose from.

    Attributes:
        scans: in each choice.
        read: of those, the ones with a reading.
        reviewed: of those, the ones that the person gave a label.
    """

    scans: Mapping[Which, int] = field(default_factory=dict)
    read: Mapping[Which, int] = field(default_factory=dict)
    reviewed: Mapping[Which, int] = field(default_factory=dict)

    def of(self, kind: Kind, which: Which) -> int:
        """How many scans an export of this kind would hold."""
        if kind == "dataset":
            return self.reviewed.get(which, 0)
        return (self.read if needs_reading(kind) else self.scans).get(which, 0)


def needs_reading(kind: Kind) -> bool:
    """It shows evidence, so a scan that failed or was not read is left out."""
    return kind in ("scan-reports", "overlays", "dicom")


def is_file(kind: Kind, which: Which) -> bool:
    """Whether it comes as one file, not as files in a folder."""
    return kind in ("csv", "folder-report") or (kind, which) == ("scan-reports", "current")
