"""How far a model can be trusted: by domain, under changes, before other pictures, and where it looks.

    python benchmarks/trust.py                     the active model, on the validation scans of its recipe
    python benchmarks/trust.py --model runs/x/model.safetensors --limit 200
    python benchmarks/trust.py --others ~/pictures more pictures that are no frontal chest X-rays
    python benchmarks/trust.py --steady 300        harmless changes on so many scans, learnt from or not:
                                                   whether a label is turned does not ask if it was right

For the bundled model its own validation patients must be laid out first:

    python tools/divided.py docs/bundled-validation.csv DATA divided
    LUNGFIELD_DATA=divided python benchmarks/trust.py

On validation patients, who chose threshold and temperature, so that what is measured flatters a little. Lungs
are not marked in the scans: their place is taken from the average of the NORMAL ones, which is rough. Needs
the real scans (LUNGFIELD_DATA).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cli.terminal import TerminalProgress
from core.datasets.dataset import Sample
from core.datasets.inspection import inspect
from core.errors import ScanError
from core.imaging.decode import decode_file
from core.imaging.scan import Pixels, Scan
from core.learning.job import recipe_from
from core.opening import open_reader
from core.reading.reader import Reader, Reading
from core.scoring.metrics import Scored, metrics
from tools.lung_atlas import dark_fields

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LUNGFIELD_DATA") or ROOT.parent / "shared" / "data")

#: What the project asks of its bundled model.
MOST_FLIPPED, LEAST_REJECTED, MOST_WRONGLY, LEAST_INSIDE = 0.04, 0.98, 0.02, 0.70

Change = Callable[[Pixels], Pixels]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="", help="name or file; default: the active one")
    parser.add_argument("--limit", type=int, default=0, help="scans of each DATASET; 0: all")
    parser.add_argument("--steady", type=int, default=0, help="changes on so many scans of each DATASET, too")
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="folders of other pictures")
    chosen = parser.parse_args()
    sources = [DATA / name for name in ("paediatric", "adult") if (DATA / name).is_dir()]
    if not sources:
        print(f"no real scans at {DATA}; LUNGFIELD_DATA names their folder")
        return 2
    reader = open_reader(chosen.model).reader
    print(f"{reader.checkpoint.name}, {reader.engine_words}, operating point {reader.threshold:.3f}")
    every = samples_of(reader, sources)
    for name, samples in some_of(every, ("val",), chosen.limit).items():
        scans = [decode_file(sample.path, min_side=448) for sample in samples]
        labels = np.array([sample.label for sample in samples])
        readings = read(reader, scans)
        print(f"\n{name}: {len(scans)} validation scans, {labels.mean():.0%} with pneumonia")
        tell_domain(name, samples, labels, readings, reader.threshold)
        tell_changes(reader, scans, readings)
        tell_evidence(scans, labels, readings)
        tell_turned(reader, scans)
    for name, samples in (some_of(every, ("train", "val"), chosen.steady) if chosen.steady else {}).items():
        scans = [decode_file(sample.path, min_side=448) for sample in samples]
        print(f"\n{name}: {len(scans)} scans, learnt from or not")
        tell_changes(reader, scans, read(reader, scans))
    tell_others(reader, chosen.others)
    return 0


def samples_of(reader: Reader, sources: Sequence[Path]) -> list[Sample]:
    """All scans of the DATASETs, split as the model's own recipe splits them."""
    recipe = recipe_from(reader.checkpoint.training["recipe"])
    with TerminalProgress() as progress:
        found = inspect(sources, recipe.validation_share, recipe.seed, recipe.validation, progress)
    return list(found.samples)


def some_of(samples: Sequence[Sample], splits: Sequence[str], limit: int) -> dict[str, list[Sample]]:
    """Of those in these splits, by DATASET, `limit` drawn at random; 0: all."""
    wanted: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.split in splits:
            wanted.setdefault(sample.dataset, []).append(sample)
    random = np.random.default_rng(0)
    return {
        name: [mine[i] for i in random.permutation(len(mine))[: limit or len(mine)]]
        for name, mine in wanted.items()
    }


def read(reader: Reader, scans: Sequence[Scan]) -> list[Reading]:
    readings: list[Reading] = []
    for at in range(0, len(scans), 16):
        readings += reader.read_batch(scans[at : at + 16])
    return readings


def tell_domain(
    name: str, samples: Sequence[Sample], labels: NDArray[np.int64], readings: Sequence[Reading], at: float
) -> None:
    probabilities = np.array([reading.probability for reading in readings])
    scored = Scored(labels, probabilities, [sample.patient for sample in samples], 0, 0, name)
    found = metrics(scored, at)
    interval = found["confidence_interval_95"]["auc"]
    between = f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else ""
    print(
        f"  AUC {found['auc']:.3f}{between}, accuracy {found['accuracy']:.3f}, sensitivity "
        f"{found['sensitivity']:.3f}, specificity {found['specificity']:.3f}, ECE {found['ece']:.3f}"
    )
    wrongly = np.mean([not reading.verdict.accepted for reading in readings])
    print(f"  wrongly turned away: {wrongly:.1%} (at most {MOST_WRONGLY:.0%})")


def tell_changes(reader: Reader, scans: Sequence[Scan], before: Sequence[Reading]) -> None:
    """The share of labels that each harmless change turns over."""
    flipped = {}
    for words, change in CHANGES.items():
        after = read(reader, [changed(scan, change) for scan in scans])
        flipped[words] = np.mean([a.label != b.label for a, b in zip(after, before, strict=True)])
    worst = max(flipped, key=lambda words: flipped[words])
    listed = ", ".join(f"{words} {share:.1%}" for words, share in flipped.items())
    print(f"  label changed by: {listed}")
    print(f"  most by {worst}: {flipped[worst]:.1%} (at most {MOST_FLIPPED:.0%})")


def tell_evidence(scans: Sequence[Scan], labels: NDArray[np.int64], readings: Sequence[Reading]) -> None:
    """How much of the positive evidence on pneumonia scans lies in the lungs of the average healthy chest."""
    healthy = [dark_fields(scan.windowed()) for scan, label in zip(scans, labels, strict=True) if label == 0]
    average = cv2.resize(np.mean(healthy, 0), (112, 112), interpolation=cv2.INTER_AREA)
    lungs = cv2.dilate((average > 0.15).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    shares = []
    for label, reading in zip(labels, readings, strict=True):
        speaks_for = np.maximum(cv2.resize(reading.heatmap, (112, 112), interpolation=cv2.INTER_LINEAR), 0)
        if label == 1 and speaks_for.sum() > 0:
            shares.append(speaks_for[lungs].sum() / speaks_for.sum())
    print(
        f"  positive evidence in the lungs: {np.mean(shares):.2f} on average (at least {LEAST_INSIDE:.2f}), "
        f"which are {lungs.mean():.0%} of the picture"
    )


def tell_turned(reader: Reader, scans: Sequence[Scan]) -> None:
    """Scans that are inverted or lie wrongly are no frontal chest X-rays as they are."""
    for words, change in {
        "inverted": lambda p: 1 - p,
        "on its side": lambda p: np.ascontiguousarray(np.rot90(p)),
        "upside down": lambda p: np.ascontiguousarray(p[::-1, ::-1]),
    }.items():
        readings = read(reader, [changed(scan, change) for scan in scans[:100]])
        tell_rejected(words, readings)


def tell_others(reader: Reader, folders: Sequence[Path]) -> None:
    print("\nother pictures")
    for words, scans in {"generated": list(generated()), **packaged(), **in_folders(folders)}.items():
        if scans:
            tell_rejected(words, read(reader, scans), [scan.source for scan in scans])


def tell_rejected(words: str, readings: Sequence[Reading], names: Sequence[str] = ()) -> None:
    accepted = [i for i, reading in enumerate(readings) if reading.verdict.accepted]
    reasons: dict[str, int] = {}
    for reading in readings:
        for reason in reading.verdict.reasons:
            reasons[reason] = reasons.get(reason, 0) + 1
    share = 1 - len(accepted) / len(readings)
    said = ", ".join(f"{count} «{reason}»" for reason, count in sorted(reasons.items(), key=lambda r: -r[1]))
    let_in = ", ".join(Path(names[i]).name for i in accepted[:8]) if names else ""
    print(
        f"  {words}: {len(readings)}, turned away {share:.0%}: {said}{'; let in: ' if let_in else ''}{let_in}"
    )


def changed(scan: Scan, change: Change) -> Scan:
    """The scan as it is displayed, changed; of it all else stays."""
    return replace(scan, pixels=change(scan.windowed()).astype(np.float32), window=Scan(scan.pixels).window)


def _turned(degrees: float) -> Change:
    def turn(pixels: Pixels) -> Pixels:
        height, width = pixels.shape
        by = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        return cv2.warpAffine(pixels, by, (width, height), flags=cv2.INTER_LINEAR)

    return turn


def _cropped(pixels: Pixels) -> Pixels:
    down, across = (round(side * 0.05) for side in pixels.shape)
    return np.ascontiguousarray(pixels[down : -down or None, across : -across or None])


def _as_jpeg(pixels: Pixels) -> Pixels:
    _, packed = cv2.imencode(".jpg", (255 * pixels).round().astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 40])
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255


def _downsized(pixels: Pixels) -> Pixels:
    share = 256 / min(pixels.shape)
    if share >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)


CHANGES: dict[str, Change] = {
    "gamma 0.6": lambda p: p**0.6,
    "gamma 1.6": lambda p: p**1.6,
    "brighter": lambda p: np.clip(p * 1.3, 0, 1),
    "darker": lambda p: p * 0.7,
    "more contrast": lambda p: np.clip((p - 0.5) * 1.3 + 0.5, 0, 1),
    "less contrast": lambda p: (p - 0.5) * 0.7 + 0.5,
    "JPEG at 40": _as_jpeg,
    "turned by 7°": _turned(7),
    "turned by −7°": _turned(-7),
    "a tenth cut off": _cropped,
    "256 px": _downsized,
}


def generated() -> Iterator[Scan]:
    """Noise, gradients, text, shapes and blanks."""
    random = np.random.default_rng(0)
    steps = np.mgrid[0:300, 0:300].astype(np.float32) / 299
    for number in range(20):
        yield _scan(random.uniform(0, 1, (300, 300)), "noise")
        cloud = cv2.GaussianBlur(random.normal(0, 1, (300, 300)), (0, 0), float(random.uniform(2, 40)))
        yield _scan(cloud, "cloud")
        angle = random.uniform(0, 2 * np.pi)
        yield _scan(np.cos(angle) * steps[0] + np.sin(angle) * steps[1], "gradient")
        page = np.full((300, 300), 255 * (number % 2), np.uint8)
        for line in range(20, 300, int(random.integers(14, 40))):
            words = "".join(chr(code) for code in random.integers(97, 123, 30))
            cv2.putText(page, words, (5, line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255 * (1 - number % 2))
        yield _scan(page, "text")
        disc = np.zeros((300, 300), np.float32)
        axes = (int(random.integers(50, 140)), int(random.integers(50, 140)))
        cv2.ellipse(disc, (150, 150), axes, 0, 0, 360, 1.0, -1)
        yield _scan(cv2.GaussianBlur(disc, (0, 0), 6) + random.normal(0, 0.05, disc.shape), "disc")
    yield Scan(np.full((300, 300), 0.5, np.float32), source="blank")


def _scan(values: NDArray[np.floating], source: str) -> Scan:
    low, high = float(values.min()), float(values.max())
    return Scan(((values - low) / (high - low)).astype(np.float32), source=source)


def packaged() -> dict[str, list[Scan]]:
    """Pictures that ship with what is installed: examples of DICOM, photographs, drawings."""
    places = []
    for package in ("pydicom", "sklearn", "matplotlib", "skimage"):
        try:
            places.append(Path(__import__(package).__file__).parent)
        except ImportError:
            continue
    return {"that ship with packages": [scan for place in places for scan in _readable(place)]}


def in_folders(folders: Sequence[Path]) -> dict[str, list[Scan]]:
    return {str(folder): list(_readable(folder)) for folder in folders}


def _readable(folder: Path) -> Iterator[Scan]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".dcm"}:
            try:
                scan = decode_file(path)
            except ScanError:
                continue
            if min(scan.pixels.shape) >= 32:  # icons
                yield scan


if __name__ == "__main__":
    sys.exit(main())
