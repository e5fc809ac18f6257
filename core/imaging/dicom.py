"""DICOM to a `Scan`."""

from __future__ import annotations

from core.imaging import dicom_facts, dicom_frame, dicom_grey, dicom_layout, dicom_read
from core.imaging.quiet import quiet
from core.imaging.scan import Scan


def decode_dicom(data: bytes, name: str) -> Scan:
    """The first frame of the DICOM file in `data`, without `source` and `sha256`.

    `Scan.pixels` are the values after the modality transform, 0 for the least the file could store and 1 for
    the greatest, so the window can be moved over all of it; where more than 16 bits are stored, of those that
    are there. A table of values of interest is applied to them instead of a window. MONOCHROME1 is turned.

    Args:
        data: the whole file, with or without preamble.
        name: what to call it in an error.

    Raises:
        ScanError: it holds no picture, or one that is cut short, damaged, too large or small, or compressed
            in a way that is not read.
    """
    with quiet():
        dataset = dicom_read.parse(data, name)
        syntax = dicom_layout.transfer_syntax(dataset)
        facts = dicom_facts.facts_of(dataset, str(syntax))
        frame = dicom_frame.first_frame(dataset, name)
        shown = dicom_grey.to_grey(frame, dataset, name)
    notes = shown.notes
    if facts.frames > 1:
        notes = (f"it has {facts.frames} frames; the first was read", *notes)
    return Scan(
        pixels=shown.pixels,
        window=shown.window,
        format="DICOM",
        bits=frame.bits,
        coloured=shown.coloured,
        notes=notes,
        dicom=facts,
    )
