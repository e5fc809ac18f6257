"""The tests of the window on a real X server, by Qt's xcb platform: Xvfb, a screen that nobody sees.

`make test` runs them on Qt's own offscreen platform, which has no focus, clipboard or painting of an X
server's. What is given on the command line is handed on to pytest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from system_packages import apt_install

ROOT = Path(__file__).resolve().parent.parent
SCREEN = "1920x1080x24"

#: The window as a person uses it; its parts are tested by `make test`.
WHOLE_WINDOW = (
    *("tests/gui/test_main_window.py", "tests/gui/test_app.py", "tests/gui/test_folder_of_scans.py"),
    *("tests/gui/viewer/test_viewer.py", "tests/gui/worklist/test_commands.py", "tests/gui/test_storing.py"),
)


def main(pytest_arguments: list[str]) -> int:
    if shutil.which("Xvfb") is None and shutil.which("apt-get"):
        apt_install([("xvfb",)])
    if shutil.which("Xvfb") is None:
        print("Xvfb is missing: install the package of your system that holds it", file=sys.stderr)
        return 1
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    server = subprocess.Popen(
        command,
        pass_fds=[writing],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            display = told.readline().strip()  # nothing, where it ended instead
        if not display:
            print("Xvfb did not start", file=sys.stderr)
            return 1
        screen = {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
        screen.pop("WAYLAND_DISPLAY", None)
        tests = [sys.executable, "-m", "pytest", *WHOLE_WINDOW, *pytest_arguments]
        return subprocess.run(tests, cwd=ROOT, env=screen).returncode
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
