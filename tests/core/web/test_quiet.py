"""What libraries print and would tell."""

from __future__ import annotations

import logging
import os
import sys
import traceback

import pytest

from core.log import logger
from core.web.quiet import keep_to_ourselves, nothing_printed


def test_a_failure_is_logged_without_what_its_message_quotes(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger.name), nothing_printed():
        try:
            raise ValueError("no such file: Doe^Jane.dcm\n  input_value={'orig_name': 'Doe^Jane.dcm'}")
        except ValueError:
            traceback.print_exc()
        print("ValidationError: Doe^Jane.dcm", file=sys.stderr)
        print("Doe^Jane.dcm", file=sys.stderr)
    assert capsys.readouterr().err == ""
    assert "Doe" not in caplog.text
    assert f'File "{__file__}"' in caplog.text
    assert [line.rpartition(" ")[2] for line in caplog.messages if "Error" in line] == [
        "ValueError",
        "ValidationError",
    ]


def test_no_variable_of_gradios_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        os, "environ", {"GRADIO_SHARE": "True", "GRADIO_ANALYTICS_ENABLED": "True", "HOME": "/"}
    )
    keep_to_ourselves("/uploads")
    gradios = {name: value for name, value in os.environ.items() if name.startswith("GRADIO_")}
    assert gradios == {"GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_TEMP_DIR": "/uploads"}
    assert os.environ["HOME"] == "/"
