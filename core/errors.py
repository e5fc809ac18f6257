"""The errors a person is meant to read.

Whatever is not a `LungfieldError` is a bug of ours: it is logged with its traceback and never
presented as the user's mistake.
"""


class LungfieldError(Exception):
    """A problem the user can do something about.

    Args:
        message: one line, no full stop, naming the thing it is about.
        hint: what to do next, one line; empty where the message already says it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = " ".join(message.split())
        self.hint = " ".join(hint.split())

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


class ScanError(LungfieldError):
    """One file cannot be read as a scan; the others still can."""


class ModelError(LungfieldError):
    """A model file is missing, malformed, foreign or newer than this version understands."""


class EngineError(LungfieldError):
    """The engine or device that was asked for is not available here."""


class DatasetError(LungfieldError):
    """A folder does not hold a usable DATASET."""
