"""The scans that the person reviewed, as something to learn from."""

from __future__ import annotations

from pathlib import Path

from core.store.store import Store


def reviewed_scans(store: Store) -> list[tuple[Path, str, str, str]]:
    """File, SHA-256, label and patient (empty where not known) of every scan that the person gave a label.

    Asks the store for all that it has: not for the thread of a window.
    """
    found = []
    for known in store.history(None):
        if known.review is not None and known.review.label:
            dicom = store.dicom(known.sha256)
            patient = dicom.patient_key if dicom else ""
            found.append((Path(known.path), known.sha256, known.review.label, patient))
    return found
