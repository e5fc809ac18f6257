"""Whether a window can be shown here at all: Qt aborts the process where it cannot."""

from __future__ import annotations

import ctypes
import os
import sys

from core.version import COMMAND, PACKAGED

_NO_SCREEN = (
    "there is no screen to show a window on: start it in a desktop session, or read without a window: "
    f"`{COMMAND} read SCAN`"
)

#: Of X11, which Qt loads and does not bring.
LIBRARIES = ("libxcb-cursor.so.0", "libxkbcommon-x11.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1")


def problem() -> str:
    """Why Qt could not show a window, in one line for the person; empty where it can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    if not os.environ.get("DISPLAY"):
        return _NO_SCREEN
    for library in LIBRARIES:
        try:
            ctypes.CDLL(library)
        except OSError:
            how = "install the package that holds it" if PACKAGED else "`make app` installs it"
            return f"the system library {library} is missing: {how}, or see README"
    return "" if _x_server_answers() else f"the screen {os.environ['DISPLAY']} does not answer; {_NO_SCREEN}"


def _x_server_answers() -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # cannot be asked; Qt brings its own
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    answers = xcb.xcb_connection_has_error(connection) == 0
    xcb.xcb_disconnect(connection)
    return answers
