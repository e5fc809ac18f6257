"""Try the packages on a system that has nothing else: what `make package-test` runs, as root.

    python packaging/linux/prove.py [--suite bookworm]

In a root that debootstrap makes, with no Python, no network and an empty home, the .deb is installed with
what it declares, and has to do what the source tree does. Each line is a proof; the first that fails ends it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT), str(ROOT / "tools")]

from compared import Failed, compared  # noqa: E402
from empty_root import HOME, EmptyRoot  # noqa: E402
from painted import both_starts  # noqa: E402
from scans_to_try import REAL, write_scans  # noqa: E402
from system_packages import apt_install  # noqa: E402

BUILD, DIST = ROOT / "build", ROOT / "dist"
#: With spaces, and letters that are not ASCII.
SCANS = f"{HOME}/Röntgen Ärztin Öz/Aufnahmen 2026"
INSTALLED = "/opt/lungfield"
SCREEN = "1600x1000x24"


class Proofs:
    """Everything that is tried, in order, on one root."""

    def __init__(self, root: EmptyRoot, deb: Path, archive: Path) -> None:
        self.root = root
        self.deb = deb
        self.archive = archive
        self.python = sys.executable
        self.out = BUILD / "package-test"
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)

    def all(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            (f"an empty {self.root.suite}, without Python", self.empty),
            ("the .deb installs with what it declares", self.installs),
            ("every library it links is found", self.links),
            ("self-test, no network, read-only", self.self_test),
            ("read says what the source tree says", self.reads),
            ("the window opens under X and shows a reading", self.window),
            ("start to painted window, beside the source tree", self.start),
            ("the archive runs from any folder", self.archived),
            ("removal leaves the person's data and nothing else", self.removes),
        ]

    def empty(self) -> str:
        self.root.make()
        self._no_python()
        return ""

    def installs(self) -> str:
        shutil.copyfile(self.deb, self.root.inside("/tmp/lungfield.deb"))
        self.root.apt("update")
        self.root.apt("install", "--yes", "/tmp/lungfield.deb")
        self.root.inside("/tmp/lungfield.deb").unlink()
        self._no_python()
        # Later steps must find only what was declared
        listed = self.root.run(["dpkg-query", "-W", "-f=${Package}\n"]).stdout.split()
        told = self.root.run(["lungfield", "--version"]).stdout.strip()
        return f"{len(listed)} packages are installed in all; it is {told}"

    def links(self) -> str:
        folder = f"{INSTALLED}/_internal"
        script = f"find {INSTALLED} -type f \\( -name '*.so*' -o -name lungfield \\) -exec ldd {{}} + 2>&1"
        told = self.root.run(["sh", "-c", script], environment={"LD_LIBRARY_PATH": folder}).stdout
        missing = {line.strip() for line in told.splitlines() if "not found" in line}
        if missing:
            raise Failed("\n".join(sorted(missing)))
        return f"{sum(line.endswith(':') for line in told.splitlines())} programs and libraries"

    def self_test(self) -> str:
        told = self._lungfield("self-test")
        (self.out / "self-test.txt").write_text(told.stdout + told.stderr, "utf-8")
        if told.returncode:
            raise Failed(told.stdout + told.stderr)
        return f"{told.stdout.count(': ok, ')} checks"

    def reads(self) -> str:
        place = self.root.inside(SCANS)
        write_scans(place)
        for each in [self.root.inside(HOME), *self.root.inside(HOME).rglob("*")]:
            os.chown(each, 1000, 1000)
        theirs = self._lungfield(
            "read", SCANS, "--out", f"{HOME}/results.csv", "--engine", "openvino", folder="/var"
        )
        told, ours = self._source_reads(place)
        if theirs.returncode != told or told == 2:
            raise Failed(f"exit status {theirs.returncode} and not {told}:\n{theirs.stdout}{theirs.stderr}")
        return compared(self.root.inside(f"{HOME}/results.csv"), ours)

    def window(self) -> str:
        self.root.apt("install", "--yes", "xvfb")
        script = (
            "Xvfb :7 -screen 0 {screen} -nolisten tcp >/dev/null 2>&1 & server=$!; "
            "for i in $(seq 100); do test -e /tmp/.X11-unix/X7 && break; sleep 0.1; done; "
            'DISPLAY=:7 QT_QPA_PLATFORM=xcb lungfield --screenshot {home}/window.png "$1"; status=$?; '
            "kill $server; exit $status"
        )
        scans = self.root.inside(SCANS)
        scan = max(scans.glob(f"{REAL}/*"), default=max(scans.glob("*.png")))
        shown = f"{SCANS}/{scan.relative_to(scans)}"
        script = script.format(screen=SCREEN, home=HOME)
        told = self._in_root("sh", "-c", script, "sh", shown)
        picture = self.root.inside(f"{HOME}/window.png")
        if told.returncode or not picture.exists():
            raise Failed(f"exit status {told.returncode}: {told.stdout}{told.stderr}")
        if told.stderr.strip():
            raise Failed(told.stderr)
        shutil.copyfile(picture, self.out / "window.png")
        return f"see {(self.out / 'window.png').relative_to(ROOT)}"

    def start(self) -> str:
        home = self.root.inside(f"{HOME}/start")
        packaged, source = both_starts(self.root, [self.python, str(ROOT / "main.py")], home)
        return f"{packaged}, source tree {source}"

    def archived(self) -> str:
        place = f"{HOME}/Programme & Räume"
        self.root.inside(place).mkdir()
        subprocess.run(["tar", "-xf", str(self.archive), "-C", str(self.root.inside(place))], check=True)
        folder = next(self.root.inside(place).iterdir()).name
        told = self._in_root(
            f"{place}/{folder}/lungfield", "read", SCANS, "--out", f"{HOME}/other.csv", "--engine", "openvino"
        )
        if told.returncode == 2:
            raise Failed(told.stdout + told.stderr)
        told_apart = compared(self.root.inside(f"{HOME}/other.csv"), self.root.inside(f"{HOME}/results.csv"))
        shutil.rmtree(self.root.inside(place))
        return told_apart

    def removes(self) -> str:
        home = self.root.inside(HOME)
        before = {each: each.lstat().st_size for each in home.rglob("*")}
        self.root.apt("purge", "--yes", "lungfield*")
        left = [
            str(each)
            for name in (INSTALLED, "/usr/bin/lungfield", "/usr/share/doc/lungfield")
            if os.path.lexists(each := self.root.inside(name))
        ]
        left += [str(each) for each in self.root.inside("/usr/share").rglob("*lungfield*")]
        if left:
            raise Failed(f"left behind: {', '.join(left)}")
        if before != {each: each.lstat().st_size for each in home.rglob("*")}:
            raise Failed("the person's files changed")
        return f"{len(before)} files and folders in the home are untouched"

    def _lungfield(self, *arguments: str, folder: str = "/tmp") -> subprocess.CompletedProcess[str]:
        return self._in_root("lungfield", *arguments, folder=folder)

    def _in_root(self, *command: str, folder: str = "/tmp") -> subprocess.CompletedProcess[str]:
        return self.root.run(command, folder=folder, read_only=[INSTALLED])

    def _source_reads(self, place: Path) -> tuple[int, Path]:
        results = self.out / "source.csv"
        home = {**os.environ, "LUNGFIELD_HOME": str(self.out / "home")}
        command = [self.python, ROOT / "main.py", "read", place, "--out", results, "--engine", "openvino"]
        return subprocess.run(command, env=home, capture_output=True).returncode, results

    def _no_python(self) -> None:
        found = [
            str(each)
            for folder in ("/usr/bin", "/usr/local/bin", "/usr/lib", "/usr/local/lib")
            for each in self.root.inside(folder).glob("python*")
        ]
        if found:
            raise Failed(f"there is a Python: {', '.join(found)}")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument(
        "--suite", default="bookworm", help="the release of Debian (bookworm, the oldest that is promised)"
    )
    chosen = asked.parse_args()
    debs, archives = sorted(DIST.glob("lungfield*.deb")), sorted(DIST.glob("lungfield*.tar.zst"))
    if len(debs) != 1 or len(archives) != 1:
        print("dist/ has to hold one .deb and one .tar.zst: `make package` makes them", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("a root can only be made by root: sudo make package-test", file=sys.stderr)
        return 2
    if shutil.which("debootstrap") is None:
        apt_install([("debootstrap",)])
    root = EmptyRoot(BUILD / "roots" / "root", chosen.suite)
    lines = []
    for name, proof in Proofs(root, debs[0], archives[0]).all():
        begun = time.monotonic()
        try:
            told = proof()
        except Failed as failure:
            print(f"FAILED  {name}\n{failure}", flush=True)
            return 1
        lines.append(f"ok {time.monotonic() - begun:5.0f} s  {name}{': ' if told else ''}{told}")
        print(lines[-1], flush=True)
    shutil.rmtree(root.place)
    (DIST / f"package-test-{chosen.suite}.log").write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
