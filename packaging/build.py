"""Make the application in one folder, and on Linux its packages: what `make package` runs.

    python packaging/build.py [--fresh]

It makes `build/venv`, runs PyInstaller in it, strips what was made, and collects the licences. The packages
go to `dist/`, beside a manifest of every file and version and a log of sizes and times. On Windows and macOS
it ends with the folder and the application, of which windows/build.ps1 and macos/build.sh make installers.
"""

from __future__ import annotations

import argparse
import ctypes.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(HERE / "linux"), str(ROOT), str(ROOT / "tools")]

import environment  # noqa: E402
import sizes  # noqa: E402

from core.version import VERSION  # noqa: E402

BUILD, DIST = ROOT / "build", ROOT / "dist"
FOLDER = DIST / "lungfield"
#: What the spec tells beside its work.
WORK = BUILD / "work" / "lungfield"

#: What a library is built with in the folder's own Python: run there, as this script needs none of it.
_FACTS = """
import json, sys, torch
sys.path[:0] = sys.argv[1:2]
import licences
modules, libraries = (open(told, encoding="utf-8").read().splitlines() for told in sys.argv[2:4])
shipped = licences.components(modules, libraries if sys.platform.startswith("linux") else ())
licences.write(licences.Path(sys.argv[4]), shipped)
versions = {each.name: each.version for each in shipped}
print(json.dumps({"cuda": torch.version.cuda or "", "versions": versions}))
"""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--fresh", action="store_true", help="forget what an earlier build found out")
    chosen = asked.parse_args()
    steps = Steps()
    _begin()
    with steps("environment"):
        python = environment.prepare()
    with steps("PyInstaller"):
        _freeze(python, chosen.fresh)
    if sys.platform.startswith("linux"):
        with steps("strip"):
            _strip()
    with steps("licences"):
        facts = _facts(python)
    names = [f"lungfield {VERSION}", f"variant {'CUDA ' + facts['cuda'] if facts['cuda'] else 'CPU'}"]
    if sys.platform.startswith("linux"):
        import packages

        with steps("packages"):
            names += packages.make(FOLDER, DIST, VERSION, cuda=facts["cuda"], dated=_dated(), python=python)
    _write_manifest(facts["versions"])
    print("\n".join(names))
    parts = [
        "",
        "made of",
        *sizes.made_of(FOLDER),
        "",
        "left out",
        *(WORK / "left_out.txt").read_text("utf-8").splitlines(),
    ]
    (DIST / "package.log").write_text("\n".join([*names, *steps.lines, *parts]) + "\n", "utf-8")
    return 0


class Steps:
    """Times what is done, and tells it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        line = f"{name:<12} {time.monotonic() - begun:6.0f} s"
        self.lines.append(line)
        print(line, flush=True)


def _begin() -> None:
    """Get the tools that are missing, and take away what an earlier build made."""
    for made in (*DIST.glob("lungfield*"), *DIST.glob("*.log"), *DIST.glob("*.json")):
        shutil.rmtree(made) if made.is_dir() else made.unlink()
    if sys.platform.startswith("linux"):
        from system_packages import apt_install

        wanted = {"strip": "binutils", "zstd": "zstd"}
        # PyInstaller needs Python as a library; Debian has it in a package of its own
        library = f"libpython{sys.version_info.major}.{sys.version_info.minor}"
        missing = [(package,) for tool, package in wanted.items() if shutil.which(tool) is None]
        if (
            sys.base_prefix == "/usr"
            and shutil.which("apt-get")
            and not ctypes.util.find_library(library[3:])
        ):
            missing.append((library,))
        if missing and shutil.which("apt-get"):
            apt_install(missing)


def _freeze(python: Path, fresh: bool) -> None:
    """Run PyInstaller: dist/lungfield. What it says is kept in build/pyinstaller.log."""
    BUILD.mkdir(exist_ok=True)
    # The order of sets, and the date in what is written, must not differ from one build to the next
    same = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(_dated())}
    same.pop("PYTHONPATH", None)
    command = [python, "-m", "PyInstaller", "--noconfirm", "--distpath", DIST, "--workpath", BUILD / "work"]
    command += [*(["--clean"] if fresh else []), HERE / "lungfield.spec"]
    log = BUILD / "pyinstaller.log"
    with log.open("wb") as told:
        done = subprocess.run(command, cwd=ROOT, env=same, stdout=told, stderr=subprocess.STDOUT)
    if done.returncode:
        end = "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])
        raise SystemExit(f"{end}\nPyInstaller failed; all it said is in {log.relative_to(ROOT)}")


def _strip() -> None:
    """All but PyInstaller's own program, behind which lies the archive of Python's modules."""
    import needs
    from strip import strip

    strip(file for file in needs.programs_and_libraries(FOLDER) if file.parent != FOLDER)


def _facts(python: Path) -> dict[str, dict[str, str] | str]:
    """Collect the licences of what is in the folder; its versions, and CUDA's if torch is built with it."""
    place = FOLDER / "licences"
    shutil.rmtree(place, ignore_errors=True)
    command = [python, "-I", "-c", _FACTS, HERE, WORK / "shipped.txt", WORK / "system.txt", place]
    told = subprocess.run(command, capture_output=True, text=True)
    if told.returncode:
        raise SystemExit(told.stderr.strip())
    shutil.copyfile(ROOT / "LICENSE", FOLDER / "LICENSE")
    return dict(json.loads(told.stdout))


def _dated() -> int:
    """When the commit was made that this is built from; of a tree without git, the newest of its files."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode == 0 and told.stdout.strip():
        return int(told.stdout)
    return int((ROOT / "core" / "version.py").stat().st_mtime)


def _write_manifest(versions: object) -> None:
    """Every file and every version: two builds of one commit give the same."""
    files = sorted(each.relative_to(FOLDER).as_posix() for each in FOLDER.rglob("*") if not each.is_dir())
    manifest = {"version": VERSION, "python": sys.version.split()[0], "versions": versions, "files": files}
    (DIST / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
