"""The log file tells of our bugs and names no patient."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import log
from core.errors import ScanError
from core.log import logger


@pytest.fixture
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Of its own: in the tests' common one stand tracebacks that quote other tests
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    before = logger.handlers[:], logger.propagate
    file = log.start()
    assert file is not None
    yield file
    for handler in logger.handlers[:]:
        if handler not in before[0]:
            logger.removeHandler(handler)
            handler.close()
    logger.propagate = before[1]


def test_a_traceback_is_kept_without_the_names_of_files(log_file, tmp_path):
    patient = "Doe^Jane 1970.dcm"  # not in the lines below, which a traceback quotes
    try:
        try:
            (tmp_path / patient).read_bytes()
        except OSError as error:
            raise ScanError(f"{patient} could not be read") from error
    except ScanError:
        logger.exception("reading scan %s failed", "0123456789ab")
    text = log_file.read_text("utf-8")
    assert "Doe" not in text
    assert "0123456789ab" in text
    assert "FileNotFoundError" in text
    assert "ScanError" in text
    assert "test_log.py" in text


def test_a_bug_keeps_its_message(log_file):
    try:
        raise ZeroDivisionError("of the number 42 by nothing")
    except ZeroDivisionError:
        logger.exception("it happened")
    assert "of the number 42 by nothing" in log_file.read_text("utf-8")
