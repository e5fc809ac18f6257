"""How long a program takes from its start to a painted window, on an X server without a screen.

The X server (Xvfb) keeps its picture in a file, which is looked at until a window covers a good part of it.
"""

from __future__ import annotations

import mmap
import os
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from empty_root import EmptyRoot

#: A window of 1280 x 800 covers more than this share of the screen, and a splash or an empty frame less.
_PAINTED = 0.2
_LONGEST_S = 60

_TIMES = 5
_SOCKETS = Path("/tmp/.X11-unix")


def both_starts(root: EmptyRoot, source: Sequence[str], home: Path) -> tuple[str, str]:
    """How long the packaged program in a root takes, and that of the source tree outside: in words.

    In turns, on the one X server of the root. The first time, with what the disk has to read, is told apart.

    Args:
        source: the command of the source tree's.
        home: its own, so that nothing of ours is touched.
    """
    with _x_server(root) as (display, framebuffer):
        screen = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        packaged = root.command(["lungfield"], network=True, environment=screen, sockets=_SOCKETS)
        environment = {**os.environ, **screen, "LUNGFIELD_HOME": str(home)}
        took = [
            [seconds_to_paint(command, framebuffer, environment) for command in (packaged, source)]
            for _ in range(_TIMES + 1)
        ]
    first, second = (
        f"{statistics.median(each[1:]):.2f} s (the first time {each[0]:.2f} s)"
        for each in zip(*took, strict=True)
    )
    return first, second


@contextmanager
def _x_server(root: EmptyRoot) -> Iterator[tuple[str, Path]]:
    """Xvfb in the root, which programs outside reach too: its DISPLAY, and the file with its picture."""
    root.inside("/frames").mkdir(exist_ok=True)
    _SOCKETS.mkdir(mode=0o1777, exist_ok=True)
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    command += ["-fbdir", "/frames", "-ac"]
    server = subprocess.Popen(
        root.command(command, user="0", network=True, sockets=_SOCKETS),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    number = server.stdout.readline().decode().strip() if server.stdout else ""
    try:
        if not number:
            raise TimeoutError("Xvfb did not start")
        yield f":{number}", root.inside("/frames/Xvfb_screen0")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.communicate()
        if number:
            (_SOCKETS / f"X{number}").unlink(missing_ok=True)


def seconds_to_paint(command: Sequence[str], framebuffer: Path, environment: Mapping[str, str]) -> float:
    """Start `command`, wait for its window, end it; the seconds between.

    Args:
        framebuffer: the file in which Xvfb keeps its picture (-fbdir), with 4 bytes a pixel.

    Raises:
        TimeoutError: no window came.
    """
    begun = time.perf_counter()
    program = subprocess.Popen(
        command,
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with framebuffer.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as picture:
            while time.perf_counter() - begun < _LONGEST_S:
                if _covered(picture) > _PAINTED:
                    return time.perf_counter() - begun
                if program.poll() is not None:
                    raise TimeoutError("it ended before it showed a window")
                time.sleep(0.01)
        raise TimeoutError(f"no window within {_LONGEST_S} s")
    finally:
        # In the root it is the first of its processes, and unshare waits for it: no milder word reaches them
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        _wait_until_blank(framebuffer)


def _covered(picture: mmap.mmap) -> float:
    """The share of pixels that are not black, of some thousand spread over the screen."""
    step = max(len(picture) // 4000 // 4 * 4, 4)
    start = len(picture) % 4 + 4096
    seen = [picture[at] or picture[at + 1] or picture[at + 2] for at in range(start, len(picture) - 4, step)]
    return sum(map(bool, seen)) / len(seen)


def _wait_until_blank(framebuffer: Path) -> None:
    """The server repaints what a closed window leaves."""
    with framebuffer.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as picture:
        for _ in range(500):
            if _covered(picture) < _PAINTED / 4:
                return
            time.sleep(0.01)
    raise TimeoutError("the window did not go away")
