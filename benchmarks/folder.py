"""How fast a folder of scans is read, beside the plain loop over the same files; and what memory it takes.

    python benchmarks/folder.py               500 native scans: `main.py read` and the plain loop in turn
    python benchmarks/folder.py --memory      peak memory for 1,000 and for 10,000 scans (takes minutes)

Both run as whole processes. The plain loop's own figure leaves its start-up out, ours counts it, and makes
the evidence of every reading. The files are copies of the real scans, each with a few bytes of its own after
the picture's end, so that no two have one hash. Needs the scans, and the plain loop's script beside them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LUNGFIELD_DATA") or ROOT.parent / "shared" / "data")
PEER = DATA.parent / "bench" / "peer_loop.py"

WANTED = 6.0
MOST_MEMORY = 1.1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scans", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3, help="of each, in turn (default 3)")
    parser.add_argument("--memory", action="store_true")
    chosen = parser.parse_args()
    native = sorted((DATA / "native").rglob("*.jpeg"))
    if not native:
        print(f"no real scans at {DATA}; LUNGFIELD_DATA names their folder")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUNGFIELD_HOME"] = str(Path(folder, "home"))
        if chosen.memory:
            return memory(native, Path(folder))
        return speed(native, Path(folder), chosen.scans, chosen.runs)


def speed(native: list[Path], folder: Path, count: int, runs: int) -> int:
    scans = folder / "scans"
    copies(native, scans, count)
    ours: dict[str, list[float]] = {"auto": [], "fp32": [], "int8": []}
    loop: list[float] = []
    for _ in range(runs):
        for precision, rates in ours.items():
            rates.append(count / read(scans, folder / f"{precision}.csv", "--precision", precision)[0])
        if PEER.exists():
            loop.append(plain_loop(scans, "--limit", str(min(count, 200))))
    with_map = plain_loop(scans, "--limit", "40", "--heatmap") if PEER.exists() else None
    print(f"{count} native scans, whole process, with the evidence of each; median of {runs}")
    for precision, rates in ours.items():
        line = f"main.py read --precision {precision}   {statistics.median(rates):6.1f} scans a second"
        if loop:
            ratio = statistics.median(a / b for a, b in zip(rates, loop, strict=True))
            line += f"   {ratio:.2f} times the plain loop"
        print(line)
    if loop:
        rate = statistics.median(loop)
        print(f"plain loop, without its start-up    {rate:6.1f}   (wanted: {WANTED:.0f} times it)")
        print(f"plain loop with Grad-CAM            {with_map:6.1f}")
    moved = sorted(
        abs(a - b)
        for a, b in zip(*(probabilities(folder / f"{p}.csv") for p in ("fp32", "int8")), strict=True)
    )
    print(f"int8 moves 99% of these probabilities by less than {moved[int(0.99 * len(moved))]:.4f}")
    limits()
    return int(bool(loop) and statistics.median(ours["auto"]) < WANTED * statistics.median(loop))


def limits() -> None:
    """What the processor could do at best: the network alone, on all its cores, and nothing else."""
    sys.path.insert(0, str(ROOT))
    import numpy as np

    from core.opening import open_reader

    for precision in ("fp32", "int8"):
        engine = open_reader(precision=precision).reader.engine
        batch = np.zeros((1, 1, 224, 224), np.float32)
        engine.features(batch)
        begun, waiting = time.perf_counter(), []
        for _ in range(100):
            waiting.append(engine.begin(batch))
            if len(waiting) >= engine.depth:
                waiting.pop(0)()
        for each in waiting:
            each()
        rate = 100 / (time.perf_counter() - begun)
        print(f"the network alone, {precision}             {rate:6.1f} pictures a second")


def memory(native: list[Path], folder: Path) -> int:
    peaks = []
    for count in (1_000, 10_000):
        scans = folder / str(count)
        scans.mkdir()
        for number in range(count):
            (scans / f"{number:05}.jpeg").symlink_to(native[number % len(native)])
        seconds, peak = read(scans, folder / "r.csv")
        peaks.append(peak)
        print(f"{count:6} scans   {peak / 1024:6.0f} MB at most   {count / seconds:.1f} a second", flush=True)
    print(f"ratio {peaks[1] / peaks[0]:.3f}; wanted: at most {MOST_MEMORY}")
    return int(peaks[1] > MOST_MEMORY * peaks[0])


def copies(native: list[Path], folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        source = native[number % len(native)]
        (folder / f"{number:04}-{source.name}").write_bytes(source.read_bytes() + f"copy {number}".encode())


def read(scans: Path, out: Path, *more: str) -> tuple[float, int]:
    """Seconds of the whole process, and the most memory it had, in kilobytes."""
    command = [sys.executable, str(ROOT / "main.py"), "read", str(scans), "--out", str(out), *more]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"main.py read ended with {process.returncode}")
    return time.perf_counter() - begun, used.ru_maxrss


def plain_loop(scans: Path, *more: str) -> float:
    """Its images a second."""
    done = subprocess.run(
        [sys.executable, str(PEER), str(scans), *more], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout)["images_per_s"])


def probabilities(results: Path) -> list[float]:
    with results.open(newline="", encoding="utf-8") as lines:
        return [float(row["probability"]) for row in csv.DictReader(lines)]


if __name__ == "__main__":
    sys.exit(main())
