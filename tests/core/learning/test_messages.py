"""What the two processes say to each other comes back as it was."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from core.errors import ScanError
from core.learning import messages
from core.learning.job import TrainingJob
from core.learning.messages import Measuring, Previewing
from core.learning.recipe import Recipe
from core.learning.watching import Position, Trained, Wrong
from tests.working import SMALL

NAME_THAT_IS_NO_TEXT = Path(os.fsdecode(b"scan \xff \xc3\xa9.png"))


@pytest.mark.parametrize(
    "message",
    [
        messages.Message("progress", (0.25, "loading")),
        messages.Message("said", "two lines\nin one"),
        messages.Message("position", Position("epochs", 2, 5, 0.5, 0.4, None, 0.3)),
        messages.Message("epoch", {"epoch": 1, "val_auc": None, "datasets": {"ward": {"n": 3}}}),
        messages.Message("wrong", (Wrong(NAME_THAT_IS_NO_TEXT, 1, 0.25),)),
        messages.Message("wrong", ()),
        messages.Message("done", Trained(NAME_THAT_IS_NO_TEXT, Path("table"), "enough", 2)),
        messages.Message("cancelled"),
        messages.Message("broken", "ValueError"),
    ],
    ids=lambda message: message.kind,
)
def test_a_message_comes_back_as_it_was(message):
    line = messages.line_of(message)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert messages.message_in(line) == message


def test_numpys_numbers_are_told_as_numbers():
    line = messages.line_of(messages.Message("epoch", {"epoch": np.int64(2), "loss": np.float32(0.5)}))
    assert messages.message_in(line) == messages.Message("epoch", {"epoch": 2, "loss": 0.5})


def test_pictures_come_back_as_they_were():
    pictures = np.random.default_rng(0).integers(0, 256, (2, 5, 5), np.uint8)
    message = messages.message_in(messages.line_of(messages.Message("done", pictures)))
    assert message is not None
    assert np.array_equal(message.what, pictures)


def test_a_refusal_keeps_its_kind_message_and_hint():
    message = messages.message_in(messages.line_of(messages.Message("refused", ScanError("bad", "look"))))
    assert message is not None
    error = message.what
    assert (type(error), error.message, error.hint) == (ScanError, "bad", "look")


@pytest.mark.parametrize(
    "command",
    [
        TrainingJob((NAME_THAT_IS_NO_TEXT,), Path("out"), Recipe(repeat=(2, 1)), "cuda", "n", True),
        Measuring(SMALL, 100, 20, "cpu", 1.5),
        Previewing(NAME_THAT_IS_NO_TEXT, SMALL, 6),
    ],
    ids=["train", "estimate", "preview"],
)
def test_a_command_comes_back_as_it_was(command):
    line = messages.line_of_command(command)
    assert messages.control_in(line) is None
    assert messages.command_in(line) == command


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello\n",
        b"[1, 2]\n",
        b'{"epoch": 3}\n',
        b'{"tell": "position", "what": {"nonsense": 1}}\n',
        b'{"tell": "done", "what": {}}\n',
        b'{"tell": "progress", "what": 3}\n',
        b"\xff\xfe\n",
        b"7\n",
    ],
)
def test_what_is_no_message_is_passed_over(line):
    assert messages.message_in(line) is None
