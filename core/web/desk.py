"""The one reader, and those who wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import LungfieldError
from core.imaging.decode import decode
from core.imaging.scan import Scan
from core.model.checkpoint import Checkpoint
from core.opening import Opened
from core.progress import Cancelled, Progress
from core.reading import words
from core.reading.folder import Outcome, read_files
from core.reading.overlay import LONGEST_SIDE, jpeg, layer, overlay, png, to_look_at
from core.reading.reader import Reading
from core.reading.results import Row, row_of
from core.web.inline import data_address
from core.web.uploads import Upload

#: The evidence is smooth: its layer needs no more pixels, and the browser enlarges it.
_LAYER_SIDE = 384


@dataclass(frozen=True, eq=False)
class Seen:
    """What became of one file, small enough to keep while its page is open.

    Attributes:
        name: of the file.
        row: of results.csv.
        reading: None where it failed.
        reasons: why it was rejected or failed, a line each.
        notes: what the person should know of how the file was read.
        domain: whose figures apply to a patient of this age, in words; empty where that is not known.
        scan, evidence: pictures of the same place, as `data:` addresses: the page shows them and nothing lies
            on the disk. Empty where it failed.
    """

    name: str
    row: Row
    reading: Reading | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    domain: str = ""
    scan: str = ""
    evidence: str = ""

    @property
    def status(self) -> str:
        """As results.csv has it."""
        return self.row["status"]


class Desk:
    """Reads what comes, one request after the other: a Reader is for one thread at a time."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self._turn = threading.Lock()

    def read(self, uploads: Sequence[Upload], progress: Progress) -> list[Seen]:
        """Read every upload, in order. One bad file never stops the others; cancelled, it gives those it has.

        Afterwards none of the uploads is on the disk.

        Raises:
            EngineError: the engine cannot read.
        """
        seen: list[Seen] = []
        with self._turn:
            try:
                for upload, outcome in zip(uploads, self._outcomes(uploads, progress), strict=False):
                    seen.append(_seen(outcome, upload, self.opened.reader.checkpoint))
                    progress.report(len(seen) / len(uploads), f"{len(seen)} of {len(uploads)} read")
            except Cancelled:
                pass
        return seen

    def answers(
        self, uploads: Sequence[Upload], progress: Progress, evidence: bool
    ) -> list[dict[str, object]]:
        """`read` for programs: results.csv's columns, `path` called `file`, numbers as numbers, and
        None for a number that there is not.

        Args:
            evidence: add `heatmap`, log-odds [h][w], and `picture`, the scan with the evidence on it, as a
                `data:` address of a PNG.
        """
        answers = []
        with self._turn:
            for outcome in self._outcomes(uploads, progress):
                answers.append(_typed(row_of(outcome)) | (_evidence(outcome) if evidence else {}))
        return answers

    def _outcomes(self, uploads: Sequence[Upload], progress: Progress) -> Iterator[Outcome]:
        try:
            for upload, outcome in zip(
                uploads, read_files(self.opened.reader, uploads, progress), strict=True
            ):
                yield outcome
                upload.data = b""
        finally:
            for upload in uploads:
                upload.discard()


def _seen(outcome: Outcome, upload: Upload, by: Checkpoint) -> Seen:
    seen = Seen(outcome.found.name, row_of(outcome), reasons=(outcome.reason,) if outcome.reason else ())
    if outcome.reading is None or outcome.scan is None:
        return seen
    facts = outcome.scan.dicom
    try:
        pixels = to_look_at(_finer(outcome.scan, upload).windowed())
        height, width = pixels.shape
        scale = min(_LAYER_SIDE / max(height, width), 1)
        size = max(round(height * scale), 1), max(round(width * scale), 1)
        grey = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
        return replace(
            seen,
            reading=outcome.reading.without_map(),
            reasons=outcome.reading.verdict.reasons,
            notes=outcome.scan.notes,
            domain=words.whose_figures(facts.age_years if facts else None, by.metrics),
            scan=data_address("image/jpeg", jpeg(grey[..., None].repeat(3, 2))),
            evidence=data_address("image/png", png(layer(outcome.reading.heatmap, size))),
        )
    except LungfieldError as error:
        return replace(seen, row=seen.row | {"status": "failed", "reason": str(error)}, reasons=(str(error),))


def _finer(scan: Scan, upload: Upload) -> Scan:
    """The scan as large as it is looked at, where it was decoded smaller for the network."""
    if scan.reduced == 1 or max(scan.pixels.shape) >= LONGEST_SIDE:
        return scan
    return decode(upload.data, scan.source, min_side=LONGEST_SIDE, sha256=scan.sha256)


def _typed(row: Row) -> dict[str, object]:
    numbers = ("probability", "confidence", "threshold", "milliseconds")
    return {
        name: float(text) if text and name in numbers else text or (None if name in numbers else text)
        for name, text in ({"file": row["path"]} | row).items()
        if name != "path"  # Gradio's client takes whatever has a path for a file, and fetches it
    }


def _evidence(outcome: Outcome) -> dict[str, object]:
    if outcome.reading is None or outcome.scan is None:
        return {"heatmap": None, "picture": None}
    picture = overlay(outcome.scan.windowed(), outcome.reading)
    return {
        "heatmap": [[round(float(cell), 6) for cell in line] for line in outcome.reading.heatmap],
        "picture": data_address("image/png", png(picture)),
    }
