"""How good a recipe is on adults, of whom one validation part has too few to tell: folds by patient.

    python benchmarks/folds.py OUT                  five folds of the preset's recipe, trained and measured
    python benchmarks/folds.py OUT --size 112 --small-epochs 0 --epochs 5
                                                    what follows OUT goes to `main.py train`

The adults are dealt to folds by patient, both classes alike. For each fold a model learns from the others and
from the children, whose validation patients are those of docs/bundled-validation.csv each time. A model reads
only the adults held out from it; what is told is of all folds together. A fold trained already is only
measured.

What a model says of the adults held out was calibrated on those very adults. It is therefore told twice: as
stored, and with calibration and threshold fitted anew on half of each fold's patients and used on the others,
both ways round. Needs the real scans (LUNGFIELD_DATA), and hours.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.trust import CHANGES, DATA, ROOT, changed, read
from core.datasets.dataset import Sample
from core.datasets.inspection import found
from core.imaging.decode import decode_file
from core.opening import open_reader
from core.scoring.metrics import Scored, fit_calibration, metrics, operating_points, reliability_bins
from tools.divided import divide

FOLDS, SEED = 5, 0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Held:
    """What a fold's model says of the n adults held out from it.

    Attributes:
        labels, probabilities: int64 and float64 [n].
        patients: n numbers.
        threshold: the model's balanced operating point.
        accepted: bool [n], by the gate.
        turned: of each change, bool [n]: whether it changes the label.
    """

    labels: Ints
    probabilities: Floats
    patients: list[str]
    threshold: float
    accepted: NDArray[np.bool_]
    turned: dict[str, NDArray[np.bool_]]


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        return 2
    if not (DATA / "adult").is_dir():
        print(f"no real scans at {DATA}; LUNGFIELD_DATA names their folder")
        return 2
    out, options = Path(sys.argv[1]), sys.argv[2:]
    deal(out)
    helds = []
    for fold in sorted(out.glob("fold*")):
        train(fold, options)
        held = measured(fold)
        helds.append(held)
        tell_fold(fold.name, held)
    tell(helds)
    return 0


def deal(out: Path) -> None:
    """OUT/foldK/scans: both DATASETs, with the fold's adults and the children held out in val/."""
    adults = found([DATA / "adult"])
    labels = [sample.label for sample in adults]
    with (ROOT / "docs" / "bundled-validation.csv").open(encoding="utf-8", newline="") as rows:
        children = [row["file"] for row in csv.DictReader(rows) if row["dataset"] == "paediatric"]
    dealer = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    parts = dealer.split(labels, labels, [sample.patient for sample in adults])
    for number, (_, part) in enumerate(parts):
        fold = out / f"fold{number}"
        if (fold / "scans").exists():
            continue
        fold.mkdir(parents=True, exist_ok=True)
        files = children + [adults[at].path.relative_to(DATA).as_posix() for at in part]
        (fold / "held.csv").write_text("\n".join(["file", *files]) + "\n", encoding="utf-8")
        divide(fold / "held.csv", DATA, fold / "scans")


def train(fold: Path, options: Sequence[str]) -> None:
    run = fold / "run"
    if (run / "model.safetensors").exists():
        return
    command = [sys.executable, str(ROOT / "main.py"), "train"]
    command += [str(fold / "scans" / name) for name in ("paediatric", "adult")]
    command += ["--out", str(run), "--preset", "bundled", "--name", fold.name, "--no-int8", *options]
    subprocess.run([*command, "--resume"] if run.exists() else command, check=True)


def measured(fold: Path) -> Held:
    reader = open_reader(str(fold / "run" / "model.safetensors")).reader
    samples: list[Sample] = [s for s in found([fold / "scans" / "adult"]) if s.split == "val"]
    scans = [decode_file(sample.path, min_side=448) for sample in samples]
    readings = read(reader, scans)
    turned = {}
    for words, change in CHANGES.items():
        after = read(reader, [changed(scan, change) for scan in scans])
        turned[words] = np.array([a.label != b.label for a, b in zip(after, readings, strict=True)])
    return Held(
        np.array([sample.label for sample in samples]),
        np.array([reading.probability for reading in readings]),
        [sample.patient for sample in samples],
        reader.threshold,
        np.array([reading.verdict.accepted for reading in readings]),
        turned,
    )


def tell_fold(name: str, held: Held) -> None:
    told = metrics(Scored(held.labels, held.probabilities, held.patients, 0, 0, name), held.threshold)
    print(
        f"{name}: {told['n']} adults, AUC {told['auc']:.3f}, at {held.threshold:.3f} sensitivity "
        f"{told['sensitivity']:.3f} and specificity {told['specificity']:.3f}, ECE {told['ece']:.3f}",
        flush=True,
    )


def tell(helds: Sequence[Held]) -> None:
    labels = np.concatenate([held.labels for held in helds])
    patients = [patient for held in helds for patient in held.patients]
    as_stored = np.concatenate([held.probabilities for held in helds])
    calls = np.concatenate([held.probabilities >= held.threshold for held in helds])
    print(
        f"\nall {len(labels)} adults of {len(set(patients))} patients, "
        "each read by a model that never saw the patient"
    )
    aucs = [metrics(Scored(h.labels, h.probabilities, None, 0, 0, ""), 0.5)["auc"] for h in helds]
    told = metrics(Scored(labels, as_stored, patients, 0, 0, ""), 0.5)
    low, high = told["confidence_interval_95"]["auc"]
    print(
        f"  AUC by fold {np.mean(aucs):.3f} on average; "
        f"all together {told['auc']:.3f} ({low:.3f} to {high:.3f})"
    )
    tell_rates("calibration and threshold as stored", labels, as_stored, calls)
    anew, called = crossed(helds)
    tell_rates("fitted on the other half of each fold", labels, anew, called)
    lucky, unlucky = by_chance(anew)
    print(
        f"  ECE of exactly right probabilities like these: {lucky:.3f} to {unlucky:.3f} in nine of ten draws"
    )
    print(f"  wrongly turned away: {1 - np.mean(np.concatenate([held.accepted for held in helds])):.1%}")
    shares = {words: np.mean(np.concatenate([h.turned[words] for h in helds])) for words in CHANGES}
    print("  label changed by: " + ", ".join(f"{words} {share:.1%}" for words, share in shares.items()))


def tell_rates(words: str, labels: Ints, probabilities: Floats, calls: NDArray[np.bool_]) -> None:
    ece = reliability_bins(Scored(labels, probabilities, None, 0, 0, "")).ece
    print(
        f"  {words}: ECE {ece:.3f}, sensitivity {calls[labels == 1].mean():.3f}, "
        f"specificity {1 - calls[labels == 0].mean():.3f}, accuracy {np.mean(calls == labels):.3f}"
    )


def crossed(
    helds: Sequence[Held], pick: Callable[[Ints, Floats], float] | None = None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Probabilities and calls of all adults, each with the calibration and the threshold of the other half of
    its fold's patients.

    Args:
        pick: the threshold that labels and probabilities of a half call for; None: the balanced one.
    """
    pick = pick or (lambda labels, probabilities: operating_points(labels, probabilities)[0].threshold)
    random = np.random.default_rng(SEED)
    probabilities, calls = [], []
    for held in helds:
        log_odds = np.log(held.probabilities) - np.log1p(-held.probabilities)
        patients = random.permutation(sorted(set(held.patients)))
        first = np.isin(held.patients, patients[: len(patients) // 2])
        anew, called = np.empty(len(first)), np.empty(len(first), bool)
        for known in (first, ~first):
            fitted = fit_calibration(log_odds[known], held.labels[known])
            every = 1 / (1 + np.exp(-(log_odds / fitted.temperature + fitted.offset)))
            anew[~known] = every[~known]
            called[~known] = every[~known] >= pick(held.labels[known], every[known])
        probabilities.append(anew)
        calls.append(called)
    return np.concatenate(probabilities), np.concatenate(calls)


def by_chance(probabilities: Floats) -> tuple[float, float]:
    """Between what the calibration error lies in nine of ten draws of labels by these probabilities."""
    random = np.random.default_rng(SEED)
    drawn = []
    for _ in range(1000):
        labels = (random.random(len(probabilities)) < probabilities).astype(np.int64)
        drawn.append(reliability_bins(Scored(labels, probabilities, None, 0, 0, "")).ece)
    low, high = np.percentile(drawn, [5, 95])
    return float(low), float(high)


if __name__ == "__main__":
    sys.exit(main())
