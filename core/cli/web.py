"""`main.py web`: the browser demo."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys

from core.cli import DONE
from core.errors import LungfieldError
from core.opening import open_reader

#: What the extra `web` brings, by the names they are imported by.
_NEEDED = ("gradio", "fastapi", "uvicorn")


def run(chosen: argparse.Namespace) -> int:
    """Serve the page until Ctrl+C; the exit status."""
    _check_installed()
    # After the check; before the model is opened: a port that is taken is told at once
    from core.web.guard import is_loopback
    from core.web.server import bind, serve

    with bind(chosen.host, chosen.port) as listener:
        if not is_loopback(chosen.host):
            print(
                f"lungfield: others on the network can reach this page at {chosen.host}, and send it scans; "
                "nothing is encrypted",
                file=sys.stderr,
            )
        opened = open_reader(chosen.model, chosen.engine, chosen.device, chosen.precision, chosen.threshold)
        address = address_of(chosen.host, listener.getsockname()[1])

        def started() -> None:
            print(f"Lungfield reads at {address}  (Ctrl+C ends it)", flush=True)
            if _may_open_browser(chosen.open_browser):
                import webbrowser

                webbrowser.open(address)

        serve(opened, listener, started)
    return DONE


def address_of(host: str, port: int) -> str:
    """What to type into a browser on this computer."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{port}"


def _may_open_browser(wanted: bool) -> bool:
    """In a terminal on a desktop; not for a script, and not where a browser would take the terminal over."""
    desktop = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return wanted and desktop and sys.stdout.isatty()


def _check_installed() -> None:
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if not absent:
        return
    if getattr(sys, "frozen", False):
        raise LungfieldError(
            "the packaged Lungfield has no browser demo", "run it from the source: `make web`"
        )
    raise LungfieldError(
        f"the browser demo needs {absent[0]}, which is not installed",
        "`make web` sets it up in a checkout; elsewhere `pip install --no-deps -r requirements-web.txt`",
    )
