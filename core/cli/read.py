"""`main.py read`: scans and folders of scans to lines, results.csv and heatmaps."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath

import numpy as np

from core.cli import DONE, SOME_FAILED, UNUSABLE
from core.cli.terminal import TerminalProgress
from core.errors import LungfieldError
from core.files import write_whole
from core.opening import open_reader
from core.pace import Pace
from core.reading.cells import harmless
from core.reading.finding import Found, find
from core.reading.folder import Outcome, read_files
from core.reading.overlay import is_drawn, may_be_drawn_at, overlay, png
from core.reading.places import Places
from core.reading.reader import Reader
from core.reading.results import ResultsFile, Row, earlier_rows, row_of


def run(chosen: argparse.Namespace) -> int:
    """Read everything asked for; the exit status."""
    if chosen.resume and chosen.out is None:
        raise LungfieldError("--resume needs --out", "the earlier readings are taken from that file")
    listing = find(chosen.paths)
    for folder in listing.closed:
        print(f"lungfield: the folder {folder} may not be searched; its scans are missing", file=sys.stderr)
    files = [found for found in listing.files if not _is_earlier_heatmap(found, chosen.heatmaps)]
    if not files:
        raise LungfieldError("there is no scan in what you gave", "name scans, or a folder that holds some")
    for count, what in (
        (listing.left_out, "files that are not scans"),
        (listing.hidden, "hidden files"),
        (len(listing.files) - len(files), "heatmaps of an earlier run"),
    ):
        if count:
            print(f"lungfield: {what} left out: {count}", file=sys.stderr)
    reader = open_reader(
        chosen.model, chosen.engine, chosen.device, chosen.precision, chosen.threshold
    ).reader
    kept = _rows_to_keep(chosen, reader)
    results = ResultsFile(chosen.out, _made_by(reader), kept.values()) if chosen.out else None
    try:
        counts = _read_all(files, reader, kept, results, chosen.heatmaps)
        if results:
            results.finish()
    finally:
        if results:
            results.close()
    read = counts["ok"] + counts["rejected"]
    if chosen.out:
        print(f"{read} read, {counts['rejected']} of them rejected, {counts['failed']} failed: {chosen.out}")
    if not read:
        return UNUSABLE
    return SOME_FAILED if counts["failed"] or listing.closed else DONE


def _rows_to_keep(chosen: argparse.Namespace, reader: Reader) -> dict[str, Row]:
    """Earlier rows that this command would only repeat, by SHA-256."""
    if not chosen.resume:
        return {}
    model, threshold = harmless(reader.checkpoint.name), f"{reader.threshold:.6f}"
    return {
        sha256: row
        for sha256, row in earlier_rows(chosen.out, _made_by(reader)).items()
        if row["model"] == model and row["threshold"] == threshold
    }


def _made_by(reader: Reader) -> str:
    """A model that was trained or calibrated anew may be called as it was."""
    return f"{reader.key.fingerprint} {reader.key.precision}"


def _read_all(
    files: Sequence[Found],
    reader: Reader,
    kept: dict[str, Row],
    results: ResultsFile | None,
    heatmaps: Path | None,
) -> dict[str, int]:
    """Counts by status."""
    counts = {"ok": 0, "rejected": 0, "failed": 0}
    places = dict(zip(files, heatmap_places(files, heatmaps), strict=True)) if heatmaps else {}
    pace = Pace()

    def known(found: Found, sha256: str) -> bool:
        drawn = heatmaps is None or all(map(os.path.exists, _heatmap_files(heatmaps, places[found])))
        return drawn and sha256 in kept

    with TerminalProgress() as progress:
        for done, outcome in enumerate(read_files(reader, files, progress, known), start=1):
            row = row_of(outcome)
            if outcome.status == "known":
                row = kept[outcome.sha256] | {"path": row["path"]}
            elif heatmaps is not None:
                _write_heatmap(heatmaps, places[outcome.found], outcome)
            counts[row["status"]] += 1
            if results:
                results.add(row)
            _tell(row, progress, quiet=results is not None)
            pace.tell(done)
            rate = f", {pace.rate:.1f} a second" if pace.rate else ""
            progress.report(done / len(files), f"{done} of {len(files)}{rate}")
    return counts


def _tell(row: Row, progress: TerminalProgress, quiet: bool) -> None:
    """Failures always, on stderr; readings only where they go nowhere else."""
    if row["status"] == "failed":
        print(f"lungfield: {row['reason']}", file=sys.stderr)
    elif not quiet:
        reason = f"  rejected: {row['reason']}" if row["status"] == "rejected" else ""
        progress.say(f"{row['label']:<9}  pneumonia {float(row['probability']):.3f}  {row['path']}{reason}")


def _is_earlier_heatmap(found: Found, folder: Path | None) -> bool:
    """The folder for heatmaps may be one of those with the scans."""
    if folder is None or not found.where.endswith(".png"):
        return False
    return Path(os.path.abspath(found.path)).is_relative_to(os.path.abspath(folder)) and is_drawn(found.path)


def heatmap_places(files: Sequence[Found], folder: Path) -> list[PurePath]:
    """Where each file's heatmap goes under the folder for them, less the suffix.

    A scan's path with its suffix taken off; where two scans would share one (a.png beside a.dcm, or
    the same path in two folders given), the later keep their suffix, and a number if need be; and so do those
    that would replace what is no heatmap: the folder may hold scans.
    """

    def is_free(place: PurePath) -> bool:
        picture, numbers = _heatmap_files(folder, place)
        return may_be_drawn_at(picture) and (os.path.lexists(picture) or not os.path.lexists(numbers))

    places = Places(is_free)
    return [places.take(found.relative.with_suffix(""), found.relative) for found in files]


def _heatmap_files(folder: Path, place: PurePath) -> tuple[Path, Path]:
    """The overlay and the map. The suffix is put on, not exchanged: a place may hold dots."""
    return folder / f"{place}.png", folder / f"{place}.npy"


def _write_heatmap(folder: Path, place: PurePath, outcome: Outcome) -> None:
    if outcome.reading is None or outcome.scan is None:
        return
    picture, numbers = _heatmap_files(folder, place)
    file = io.BytesIO()
    np.save(file, outcome.reading.heatmap, allow_pickle=False)
    # The picture first: by it the next run knows that both are replaced by rights
    write_whole(picture, png(overlay(outcome.scan.windowed(), outcome.reading)), durable=False)
    write_whole(numbers, file.getvalue(), durable=False)
