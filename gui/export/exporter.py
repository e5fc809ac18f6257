"""Exports in the background, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from core.export.item import Item, LeftOut, Written
from core.progress import Progress
from gui.export.request import ExportRequest, is_file
from gui.one_job import OneJob


class Items(Protocol):
    """The scans of an export: a list, or what makes them while it is gone through, which is in the lane."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Item]: ...


@dataclass(frozen=True)
class Exported:
    """What became of a request.

    Attributes:
        scans: how many are in it.
        left_out: those that could not be exported.
        counts: of a DATASET, scans by class.
    """

    request: ExportRequest
    scans: int
    left_out: tuple[LeftOut, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class Exporter(OneJob):
    """Writes what an ExportRequest asks for, behind the window; gives an Exported."""

    def start(self, request: ExportRequest, items: Items, title: str = "") -> None:
        """Begin.

        Args:
            title: of a report of many scans.

        Raises:
            RuntimeError: another export is going on.
        """
        self._begin(request, partial(_export, request, items, title))


def _export(request: ExportRequest, items: Items, title: str, progress: Progress) -> Exported:
    """In the lane."""
    written = _write(request, items, title, progress)
    counts = {label: count for label, count in written.counts.items() if count}
    in_it = sum(counts.values()) if request.kind == "dataset" else len(items) - len(written.left_out)
    return Exported(request, in_it, written.left_out, counts)


def _write(request: ExportRequest, items: Items, title: str, progress: Progress) -> Written:
    """What is called is loaded only here: reports and DICOM bring heavy libraries."""
    path, named = request.path, request.named
    if request.kind == "csv":
        from core.export.csv import write_csv

        return write_csv(path, items, named, progress)
    if request.kind == "overlays":
        from core.export.pictures import write_overlays

        return write_overlays(path, items, named, progress)
    if request.kind == "dicom":
        from core.export.dicom import write_dicom

        return write_dicom(path, items, named, progress)
    if request.kind == "dataset":
        from core.export.dataset import write_dataset

        return write_dataset(path, items, named, progress)
    from core.export import report

    if request.kind == "folder-report":
        return report.write_folder_report(path, tuple(items), title, named, progress)
    if is_file(request.kind, request.which):
        (item,) = items
        return report.write_scan_report(path, item, named, progress)
    return report.write_scan_reports(path, items, named, progress)
