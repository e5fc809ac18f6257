"""Take the README's pictures: the window, with the application's own command line, and the browser demo.

No scan of a real person may be in the repository, so the pictures show drawn ones (`drawn_scans.py`). The
bundled model rightly rejects drawings as no chest X-rays; so a model is first trained on drawings and put
into a library of its own, in a LUNGFIELD_HOME that is thrown away: nothing of the user's is touched. What
the pictures tell of a model's skill is therefore worth nothing; what they show of the window is true. The
letters are those of the machine they are taken on.

With `--home DIR` the model is kept there, and the next time pictures are taken at once. `--only NAME` takes
that one alone. The browser is Chromium; where there is none its picture is left out, and said to be.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the drawings are made from those of the tests

from drawn_scans import drawn_scan  # noqa: E402

from tests.browser import browser, why_absent  # noqa: E402
from tests.serving import Served  # noqa: E402

MODEL = "ward-7"

#: Drawings to train on, of each class.
EACH = 200
#: A minute and a half on two CPU cores. From random weights: the bundled model's own habits would show in the
#: evidence, which here is to lie on the opacities.
TRAINING = (
    *("--init", "random", "--standardise", "--augment", "flips", "--label-smoothing", "0.1"),
    *("--optimizer", "adamw", "--weight-decay", "0.05", "--lr", "2e-3"),
    *("--epochs", "12", "--small-epochs", "8", "--small-size", "112"),
)


@dataclass(frozen=True)
class Patient:
    """A drawn scan: as `drawn_scan` takes it."""

    name: str
    seed: int
    severity: float = 0.0
    size: tuple[int, int] = (1200, 1400)


@dataclass(frozen=True)
class Picture:
    """A picture of the window; its first patient is shown, all are on the worklist."""

    name: str
    size: str
    theme: str
    patients: Sequence[Patient]
    settings: Mapping[str, object] = field(default_factory=dict)


WARD = (
    Patient("ward-7-0012.jpeg", 22, 0.7),
    Patient("ward-7-0013.jpeg", 60),
    Patient("ward-7-0014.jpeg", 36, 0.7),
    Patient("ward-7-0015.jpeg", 59),
    Patient("ward-7-0016.jpeg", 1, 0.7),
    Patient("ward-7-0017.jpeg", 58),
    Patient("ward-7-0018.jpeg", 11, 0.7),
    Patient("ward-7-0019.jpeg", 51, 0.2),
)
PICTURES = (
    Picture("pneumonia-dark", "1280x800", "dark", WARD),
    Picture("normal-light", "1280x800", "light", WARD[3:]),
    Picture("side-by-side-dark", "1920x1080", "dark", WARD[2:], {"side_by_side": True}),
)
#: The page of the browser demo, with the first of the ward on it.
PAGE, PAGE_SIZE = "browser", (1280, 850)


def main() -> int:
    asked = argparse.ArgumentParser(description="Take the README's pictures of the window.")
    asked.add_argument(
        "--out", metavar="DIR", type=Path, default=ROOT / "docs/pictures", help="docs/pictures"
    )
    asked.add_argument(
        "--home", metavar="DIR", type=Path, help="keep the model here, or take the one that is"
    )
    asked.add_argument("--only", metavar="NAME", help="only this picture, such as browser")
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="lungfield-pictures-") as folder:
        work = Path(folder)
        home = (chosen.home or work / "home").resolve()
        try:
            if not (home / "trained").exists():
                _train(work, home)
            chosen.out.mkdir(parents=True, exist_ok=True)
            for picture in PICTURES:
                if chosen.only in (None, picture.name):
                    _take(picture, work / picture.name, home, chosen.out)
            if chosen.only in (None, PAGE):
                _take_page(work / PAGE, home, chosen.out)
        except subprocess.CalledProcessError as error:
            return error.returncode  # it has said why itself
        except KeyboardInterrupt:
            return 130
    return 0


def _train(work: Path, home: Path) -> None:
    """Make the model that the pictures are taken with, and let it be the one in use."""
    random = np.random.default_rng(7)
    for index in range(EACH):
        # From hardly to be seen: without doubtful cases every probability would be near 0 or 1
        severities = {"NORMAL": 0.0, "PNEUMONIA": random.uniform(0.05, 1.1)}
        for number, (label, severity) in enumerate(severities.items()):
            drawn = Patient(f"{index:04}.png", 1000 + 2 * index + number, severity, (264, 308))
            _draw(drawn, work / "drawings" / label)
    run = work / "runs" / MODEL
    _lungfield(home, "train", work / "drawings", "--out", run, *TRAINING)
    _lungfield(home, "models", "import", run / "model.safetensors")
    _lungfield(home, "models", "activate", MODEL)
    (home / "trained").touch()


def _take(picture: Picture, folder: Path, home: Path, out: Path) -> None:
    for patient in picture.patients:
        _draw(patient, folder)
    settings = home / "data" / "settings.json"
    settings.write_text(json.dumps(dict(picture.settings)), "utf-8")
    file = out.resolve() / f"{picture.name}.png"
    begun = time.monotonic()
    _lungfield(home, "--screenshot", file, "--size", picture.size, "--theme", picture.theme, folder)
    _shrink(file)
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB, {time.monotonic() - begun:.1f} s", flush=True)


def _take_page(folder: Path, home: Path, out: Path) -> None:
    if absent := why_absent():
        print(f"{PAGE}.png is not taken: {absent}", file=sys.stderr)
        return
    begun = time.monotonic()
    patient = WARD[0]
    _draw(patient, folder / "scans")
    served = Served(folder / "served", home=home)
    try:
        with browser(folder / "profile") as page:
            page.show(served.address, PAGE_SIZE)
            page.upload(folder / "scans" / patient.name)
            page.wait_for(".lf-card", patient.name)
            page.wait_for(".lf-planes")
            time.sleep(1)  # whatever fades has faded
            file = out.resolve() / f"{PAGE}.png"
            page.driver.save_screenshot(str(file))
    finally:
        served.end()
    _shrink(file)
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB, {time.monotonic() - begun:.1f} s", flush=True)


def _draw(patient: Patient, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pixels = drawn_scan(patient.seed, patient.severity, patient.size)
    cv2.imwrite(str(folder / patient.name), pixels)


def _lungfield(home: Path, *arguments: str | Path) -> None:
    environment = {**os.environ, "LUNGFIELD_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=True)


def _shrink(file: Path) -> None:
    """Store every third level of each colour: a quarter less to download, and the eye misses nothing.

    A palette of 256 would make it smaller still, but shows as steps where the evidence fades out.
    """
    with Image.open(file) as picture:
        levels = np.asarray(picture.convert("RGB"))
    fewer = (levels.astype(np.uint16) + 1) // 3 * 3
    Image.fromarray(fewer.astype(np.uint8)).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
