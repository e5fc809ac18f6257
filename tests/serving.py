"""The browser demo as a person starts it, in a process of its own."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT

#: Code that tells, on stderr, of every connection and every name that is not this computer's.
WATCH = """
import sys
def tell(event, arguments):
    if event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        return
    place = arguments[0] if event.startswith("socket.get") else arguments[1]
    host = place[0] if isinstance(place, tuple) else place
    if isinstance(host, bytes):
        host = host.decode()
    if host is None or str(host).startswith(("127.", "/")) or host in ("localhost", "::1"):
        return
    print("OUTSIDE", event, place, file=sys.__stderr__, flush=True)
sys.addaudithook(tell)
"""
_SERVE = "from main import main; sys.exit(main(sys.argv[1:]))"


class Served:
    """`main.py web` on a free port, with its own home and folder for temporary files."""

    def __init__(self, folder: Path, *arguments: str, home: Path | None = None, wait: float = 120) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        self.home = home or folder / "home"
        self.errors = folder / "stderr.txt"
        environment = {
            **os.environ,
            "TMPDIR": str(self.temporary),
            "LUNGFIELD_HOME": str(self.home),
            # They must not reach it
            "GRADIO_ANALYTICS_ENABLED": "True",
            "GRADIO_SERVER_NAME": "0.0.0.0",
        }
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WATCH + _SERVE, "web", "--port", "0", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self.address = self._told_address(wait)

    def _told_address(self, wait: float) -> str:
        out, deadline = self.process.stdout, time.monotonic() + wait
        assert out is not None
        while select.select([out], [], [], max(deadline - time.monotonic(), 0))[0]:
            if not (line := out.readline()):
                break
            if found := re.search(r"http://\S+", line.decode()):
                return found[0]
        self.end()
        raise AssertionError(f"it did not start: {self.errors.read_text()}")

    def left(self) -> list[str]:
        """Names of files among the temporary ones, but for the lock."""
        return [path.name for path in self.temporary.rglob("*") if path.is_file() and path.name != ".lock"]

    def end(self, by: signal.Signals = signal.SIGINT, wait: float = 30) -> int:
        """Send it a signal; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        try:
            return self.process.wait(wait)
        finally:
            self.process.kill()
            self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
