"""The scans that the person reviewed, as something to learn from."""

from __future__ import annotations

from pathlib import Path

from core.store.store import Store


def reviewed_scans(store: Store) -> list[tuple[Path, str, str, str]]:
    """File, SHA-256, label and patient (empty where not known) of every scan that the person gave a label.

    Asks the store of each of them: not for the thread of a window.
    """
    return [
        (Path(known.path), known.sha256, known.review.label, dicom.patient_key if dicom else "")
        for known in store.reviewed()
        if known.review is not None
        for dicom in (store.dicom(known.sha256),)
    ]
