"""Where things lie: what ships with the application, and what belongs to the person.

`LUNGFIELD_HOME` moves everything that belongs to the person, for tests and portable installations.
"""

from __future__ import annotations

import os
from pathlib import Path

APP_NAME = "Lungfield"


def resources() -> Path:
    """The folder of what ships with the application; read-only."""
    return Path(__file__).resolve().parent.parent / "resources"


def user_data() -> Path:
    """Where the person's own models lie; made by whatever first writes there."""
    return _home("data")


def reviewed_table() -> Path:
    """Where the reviewed scans are written down, to be learnt from."""
    return user_data() / "reviewed scans.csv"


def logs() -> Path:
    """The folder of log files; made by whatever first writes there."""
    return _home("log")


def _home(kind: str) -> Path:
    if home := os.environ.get("LUNGFIELD_HOME"):
        return Path(home) / kind
    import platformdirs

    if kind == "log":
        return platformdirs.user_log_path(APP_NAME, appauthor=False)
    return platformdirs.user_data_path(APP_NAME, appauthor=False)
