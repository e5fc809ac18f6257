"""Readings as DICOM, for an archive: an image with the evidence, and a structured report."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from core.errors import ScanError
from core.export.counting import Leaving, counted
from core.export.drawing import drawable, with_evidence
from core.export.item import Item, Written
from core.export.naming import Naming
from core.export.source import to_be_drawn
from core.export.staging import Stage
from core.progress import Progress
from core.reading.overlay import LONGEST_SIDE

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def write_dicom(folder: Path, items: Iterable[Item], named: bool, progress: Progress) -> Written:
    """Write two files for each scan that was read: `NAME-evidence.dcm` and `NAME-report.dcm`.

    The first is a secondary capture with evidence, reading and disclaimer burnt in, the second a structured
    report (TID 1500). Where the scan is DICOM, both belong to its study and refer to it; otherwise they have
    a study of their own, and the report refers to the capture alone.

    Args:
        folder: made where it is missing; files of the same names in it are replaced.
        named: whether files are named like the scans', and the elements of patient and study leave. Otherwise
            these are empty; the UIDs of study, series and image are kept, or no reference would hold.

    Raises:
        LungfieldError: the folder cannot be written to. Cancelled: between two scans. Then nothing is left.
    """
    naming = Naming(named)
    leaving = Leaving(naming)
    with Stage(folder) as stage:
        for item in counted(items, progress):
            try:
                image, report = dicom_of(item, named)
            except ScanError as error:
                leaving.leave(item, error)
                continue
            place = naming.place(item)
            stage.add(PurePath(f"{place}-evidence.dcm"), _file(image))
            stage.add(PurePath(f"{place}-report.dcm"), _file(report))
    return leaving.written(stage)


def dicom_of(item: Item, named: bool) -> tuple[Dataset, Dataset]:
    """The capture and the report of one scan.

    Raises:
        ScanError: it was not read, or its file is not there any more or may not leave.
    """
    # highdicom takes half a second to import
    from core.export.dicom_image import capture
    from core.export.dicom_report import report
    from core.export.dicom_source import origin_of, put
    from core.imaging.quiet import quiet

    reading = drawable(item)
    source, scan = to_be_drawn(item, named, LONGEST_SIDE)
    origin = origin_of(source.header, scan, named)
    with quiet():
        image = capture(with_evidence(scan.windowed(), item, reading), reading, origin)
        document = report(item, reading, image, origin)
        # Only now: highdicom quotes a name that it finds unlikely in a warning
        for dataset in (image, document):
            put(origin.elements, dataset)
    return image, document


def _file(dataset: Dataset) -> bytes:
    from pydicom import dcmwrite

    from core.imaging.quiet import quiet

    file = io.BytesIO()
    with quiet():
        dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()
