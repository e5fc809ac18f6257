"""Reports to print, as PDF: of one scan, and of a folder of them."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from core.export.counting import Leaving, counted
from core.export.item import Item, Written
from core.export.naming import Naming
from core.export.staging import Stage, whole_file
from core.progress import Progress


def write_scan_report(
    path: Path, item: Item, named: bool, progress: Progress, *, date: datetime.date | None = None
) -> Written:
    """Write a PDF about one scan: evidence, plain picture, reading, gate, review, model, disclaimer.

    A scan that failed, or whose file is not there any more, gets one too, which says so.

    Args:
        named: whether the file's name and what DICOM says of the patient leave.
        date: told on every page; today where it is None.

    Raises:
        LungfieldError: the file cannot be written. Cancelled: before it is.
    """
    progress.check()
    with whole_file(path) as beside:
        _draw(beside, item, Naming(named), date)
        progress.check()
    progress.report(1.0)
    return Written((path,))


def write_scan_reports(
    folder: Path, items: Iterable[Item], named: bool, progress: Progress, *, date: datetime.date | None = None
) -> Written:
    """`write_scan_report` for each scan that was read, into one folder; others are left out and told. Reports
    of the same names in it are replaced, other files not.

    Raises:
        LungfieldError: the folder cannot be written to. Cancelled: between two scans. Then nothing is left.
    """
    naming = Naming(named, lambda place: _may_be_made_at(folder / f"{place}.pdf"))
    leaving = Leaving(naming)
    with Stage(folder) as stage:
        for item in counted(items, progress):
            if item.reading is None:
                leaving.leave(item, item.reason or "it was not read")
            else:
                with stage.file(PurePath(f"{naming.place(item)}.pdf")) as file:
                    _draw(file, item, naming, date)
    return leaving.written(stage)


def _may_be_made_at(path: Path) -> bool:
    """Whether a PDF at `path` would replace nothing but one of Lungfield's: a folder of scans may hold the
    reports of those who read them."""
    if not os.path.lexists(path):
        return True
    try:
        return b"/Creator (Lungfield)" in path.read_bytes()
    except OSError:
        return False


def write_folder_report(
    path: Path,
    items: Sequence[Item],
    title: str,
    named: bool,
    progress: Progress,
    *,
    date: datetime.date | None = None,
) -> Written:
    """Write a PDF about many scans: counts, agreement with reviews, spread of probabilities, and a table.

    Args:
        title: what the scans are, such as the folder's name; told only where `named`.
        named: whether paths leave; otherwise a scan is called by its hash.
        date: told on every page; today where it is None.

    Raises:
        LungfieldError: the file cannot be written. Cancelled: between two scans.
    """
    from core.export.folder_pages import draw_summary, draw_table
    from core.export.letters import shortened
    from core.export.pdf import LEFT, MUTED, RIGHT, Pages

    with whole_file(path) as beside:
        pages = Pages(beside, "Readings of chest X-rays", _told(date))
        if named and title:
            pages.text(LEFT, pages.y, shortened(title, 10, RIGHT - LEFT), size=10, colour=MUTED)
            pages.y -= 15
        draw_summary(pages, items)
        if items:
            draw_table(pages, items, Naming(named), progress)
        pages.finish()
    return Written((path,))


def _draw(path: Path, item: Item, naming: Naming, date: datetime.date | None) -> None:
    # reportlab takes a fifth of a second to import
    from core.export.pdf import Pages
    from core.export.scan_page import draw_scan

    pages = Pages(path, "Reading of a chest X-ray", _told(date))
    draw_scan(pages, item, naming)
    pages.finish()


def _told(date: datetime.date | None) -> str:
    return (date or datetime.date.today()).isoformat()
