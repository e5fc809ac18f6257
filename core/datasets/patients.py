"""Whose scans are whose, in one DATASET and across several."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.datasets.dataset import Sample
from core.export.pseudonym import kept_key, patient_told, pseudonym

#: `DicomFacts.patient_key` and pseudonyms: the same in whatever DATASET they stand.
_KEY = re.compile("[0-9a-f]{16}")

#: The name of a scan that was exported to be learnt from: the beginning of its original's hash.
_EXPORTED = re.compile(r"([0-9a-f]{12})\.png")


def patient_groups(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """A number per sample [n]: equal for scans of one patient, and for files of one content.

    A patient stands in one DATASET, but one told by DICOM's ID may stand in several; who is told by folder or
    table and by DICOM too is known by both. Identical files stand under several names in the public sets, and
    so may join two patients. Scans that were exported on this computer are of their original's patient.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(samples)
    nodes: dict[tuple[str, str], int] = {}
    edges: list[tuple[int, int]] = []
    secret = kept_key() if any(is_exported(sample) for sample in samples) else b""

    def join(row: int, kind: str, key: str) -> None:
        edges.append((row, nodes.setdefault((kind, key), n + len(nodes))))

    for row, (sample, content) in enumerate(zip(samples, contents(samples), strict=True)):
        owner = "" if _KEY.fullmatch(sample.patient) else f" of {sample.dataset}"
        join(row, f"patient{owner}", sample.patient)
        join(row, "file", content or str(sample.path))
        if sample.dicom_patient:
            join(row, "patient", sample.dicom_patient)
        if secret and (told := patient_told(sample.dicom_patient, sample.path.name)):
            join(row, "patient", pseudonym(told, secret))
    rows, columns = np.array(edges, np.int64).reshape(-1, 2).T
    size = n + len(nodes)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    _, groups = connected_components(graph, directed=False)
    return np.asarray(groups[:n], np.int64)


def contents(samples: Sequence[Sample]) -> list[str]:
    """What tells apart what the n files show: their hashes, and of an exported scan that of its original,
    where that is among them. Empty for a file that was not read."""
    originals = {sample.sha256[:12]: sample.sha256 for sample in samples if not is_exported(sample)}
    return [
        originals.get(sample.path.stem, sample.sha256) if is_exported(sample) else sample.sha256
        for sample in samples
    ]


def is_exported(sample: Sample) -> bool:
    """Whether it has the names that `core.export.dataset` gives a reviewed scan."""
    return bool(_EXPORTED.fullmatch(sample.path.name) and _KEY.fullmatch(sample.patient))
