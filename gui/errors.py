"""The one funnel through which errors reach the person and the log.

The person's problem (`LungfieldError`) and our bug look different: the first is said as it stands, the second
is logged with its traceback and called ours.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from core.errors import EngineError, LungfieldError, ModelError
from core.log import logger

_LEVELS = {
    QtMsgType.QtDebugMsg: 10,
    QtMsgType.QtInfoMsg: 20,
    QtMsgType.QtWarningMsg: 30,
    QtMsgType.QtCriticalMsg: 40,
    QtMsgType.QtFatalMsg: 50,
}


@dataclass(frozen=True)
class Problem:
    """What a person is told of an error: one line, and what to do. `ours`: a bug, and the log has it."""

    message: str
    hint: str = ""
    ours: bool = False

    @property
    def line(self) -> str:
        """Both, in one line."""
        return in_one_line(self.message, self.hint)


def in_one_line(message: str, hint: str) -> str:
    """What went wrong, and what to do where that is known."""
    return f"{message} — {hint}." if hint else f"{message}."


class ErrorFunnel(QObject):
    """Takes every error, from any thread, and says each as a `Problem` in its own thread."""

    told = Signal(object)  # Problem

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: tuple[Any, Any, Any] | None = None

    def problem(self, error: BaseException, instead: str = "") -> Problem:
        """What to say of `error`; a bug of ours is logged.

        Args:
            instead: what to do where a model or an engine cannot be had; else the settings are named.
        """
        if isinstance(error, EngineError | ModelError):
            # Their hints name options of the command line.
            return Problem(error.message, instead or self.tr("choose another under Settings, Reading"))
        if isinstance(error, LungfieldError):
            return Problem(error.message, error.hint)
        logger.error("internal error", exc_info=(type(error), error, error.__traceback__))
        return Problem(
            self.tr("Something went wrong inside Lungfield"),
            self.tr("nothing of yours is lost; the log file says more"),
            ours=True,
        )

    def tell(self, error: BaseException) -> None:
        """Log what is ours, and tell the person."""
        self.told.emit(self.problem(error))

    def install(self) -> None:
        """Take the errors that nobody caught, and Qt's own messages."""
        self.uninstall()
        self._before = (sys.excepthook, threading.excepthook, qInstallMessageHandler(_log_qt))
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread

    def uninstall(self) -> None:
        if self._before:
            sys.excepthook, threading.excepthook, handler = self._before
            qInstallMessageHandler(handler)
            self._before = None

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self.tell(error.with_traceback(trace))

    def _uncaught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not issubclass(arguments.exc_type, SystemExit):
            self.tell(arguments.exc_value)


def _log_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    # Never shown: what Qt says is for us, not for the person.
    logger.log(_LEVELS.get(kind, 30), "Qt %s: %s", context.category or "", text)
