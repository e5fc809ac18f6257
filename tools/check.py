"""Everything that `make test` checks, one after the other, stopping at the first that fails.

What is given on the command line is handed on to pytest; without, all tests run, in two processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# Name, command (its program lies in .venv/bin), what to say when it fails.
STEPS = (
    ("ruff check", ["ruff", "check", "-q", "--output-format=concise", "."], "`make format` mends some of it"),
    ("ruff format", ["ruff", "format", "--check", "."], "`make format` mends it"),
    ("mypy", ["mypy", "--no-error-summary"], "types that disagree"),
    ("layers", ["lint-imports", "--no-logo"], "an import that the layers in pyproject.toml forbid"),
)


# All tests in two processes, each file of them in one: most wait for a window or another process.
WHOLE = ("--numprocesses", "2", "--dist", "loadfile")


def step(name: str, command: list[str], advice: str) -> bool:
    """Run one check; one line if it passes, all it said if it does not."""
    begun = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = done.returncode == 0
    print(f"{name:<12} {'ok' if passed else 'FAILED'}  {time.monotonic() - begun:.1f} s", flush=True)
    if not passed:
        print(f"{done.stdout.rstrip()}\n{name} failed: {advice}", flush=True)
    return passed


def main(pytest_arguments: list[str]) -> int:
    try:
        if not all(step(*each) for each in STEPS):
            return 1
        if not pytest_arguments:
            # Threads of torch in both would wait for each other
            os.environ.setdefault("OMP_NUM_THREADS", "1")
            pytest_arguments = [*WHOLE]
        return subprocess.run([sys.executable, "-m", "pytest", *pytest_arguments], cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
