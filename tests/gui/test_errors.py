"""The funnel: what a person is told of an error, what the log keeps, and who is asked."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import (
    QLoggingCategory,
    QObject,
    QTimer,
    Signal,
    qCritical,
    qCWarning,
    qInstallMessageHandler,
    qWarning,
)

from core import log
from core.errors import DatasetError, EngineError, LungfieldError, ModelError, ScanError
from core.log import logger
from core.model import library
from gui.errors import ErrorFunnel, Problem


@pytest.fixture
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log, as the application keeps it."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    before = logger.handlers[:], logger.propagate, logger.level
    file = log.start()
    assert file is not None
    logger.info("begun")
    yield file
    for handler in set(logger.handlers) - set(before[0]):
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = before[1]
    logger.setLevel(before[2])


@pytest.fixture
def funnel(qapp) -> Iterator[ErrorFunnel]:
    made = ErrorFunnel()
    yield made
    made.uninstall()


@pytest.fixture
def told(funnel: ErrorFunnel) -> list[Problem]:
    problems: list[Problem] = []
    funnel.told.connect(problems.append)
    return problems


def lines(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if not line.endswith("begun")]


# What is said


@pytest.mark.parametrize("kind", [LungfieldError, ScanError, DatasetError])
def test_the_persons_problem_is_said_as_it_stands(funnel, kind):
    problem = funnel.problem(kind("scan.png is empty", "export it again"))
    assert problem == Problem("scan.png is empty", "export it again", ours=False)


@pytest.mark.parametrize("kind", [LungfieldError, ScanError, ModelError, EngineError, DatasetError])
def test_the_persons_problem_is_not_logged(funnel, log_file, kind):
    funnel.problem(kind("scan.png is empty"))
    assert lines(log_file) == []


@pytest.mark.parametrize("kind", [EngineError, ModelError])
def test_what_is_chosen_in_the_settings_is_not_explained_by_options(funnel, kind):
    problem = funnel.problem(kind("PyTorch is not installed", "use --engine openvino"))
    assert problem.message == "PyTorch is not installed"
    assert "--" not in problem.hint
    assert "Settings" in problem.hint


def test_a_model_that_is_not_there_is_not_explained_by_the_command_line(funnel):
    with pytest.raises(ModelError) as raised:
        library.find("no such model")
    assert "main.py" in raised.value.hint, "what this test is about"
    problem = funnel.problem(raised.value)
    assert "no such model" in problem.message
    assert "main.py" not in problem.message + problem.hint


def test_a_bug_is_called_ours_and_its_text_is_not_said(funnel):
    problem = funnel.problem(KeyError("an inner name"))
    assert problem.ours
    assert "KeyError" not in problem.message, "the log has it"
    assert "an inner name" not in problem.message + problem.hint


def test_a_bug_is_logged_once_with_its_traceback(funnel, log_file):
    def broken_place() -> None:
        raise ZeroDivisionError("of 42 by nothing")

    try:
        broken_place()
    except ZeroDivisionError as error:
        funnel.tell(error)
    text = log_file.read_text("utf-8")
    assert text.count("Traceback") == 1
    assert "in broken_place" in text
    assert "ZeroDivisionError: of 42 by nothing" in text


def test_no_files_name_gets_into_the_log(funnel, log_file, tmp_path):
    patient = tmp_path / "Doe^Jane 1970.dcm"  # not in the lines below, which a traceback quotes

    def open_it() -> None:
        try:
            patient.read_bytes()
        except OSError as error:
            raise RuntimeError("a bug on the way") from error

    for broken in (patient.read_bytes, open_it):
        try:
            broken()
        except (OSError, RuntimeError) as error:
            funnel.tell(error)
    text = log_file.read_text("utf-8")
    assert text.count("FileNotFoundError") == 2
    assert "Doe" not in text


def test_no_files_name_is_said_of_a_bug(funnel, tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        (tmp_path / "Doe^Jane 1970.dcm").read_bytes()
    problem = funnel.problem(raised.value)
    assert "Doe" not in problem.message + problem.hint


# Who is asked


class _Bell(QObject):
    rung = Signal()


def test_an_error_in_a_slot_reaches_the_person(funnel, told, log_file):
    def fail() -> None:
        raise ValueError("in a slot")

    bell = _Bell()
    bell.rung.connect(fail)
    funnel.install()
    bell.rung.emit()
    assert [problem.ours for problem in told] == [True]
    assert "ValueError: in a slot" in log_file.read_text("utf-8")


def test_an_error_that_a_timer_meets_reaches_the_person(funnel, told, log_file, qtbot):
    def fail() -> None:
        raise ScanError("scan.png is empty")

    funnel.install()
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [Problem("scan.png is empty")]
    assert lines(log_file) == []


def test_an_error_in_a_thread_reaches_the_person(funnel, told, log_file, qtbot):
    def fail() -> None:
        raise ValueError("in a thread")

    funnel.install()
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(told))
    assert [problem.ours for problem in told] == [True]
    assert "ValueError: in a thread" in log_file.read_text("utf-8")


def test_an_error_in_a_thread_is_told_in_the_funnels_thread(funnel, qtbot):
    heard = Listener(funnel)
    funnel.install()
    thread = threading.Thread(target=divide)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(heard.threads))
    assert heard.threads == [threading.get_ident()]


def divide() -> float:
    return 1 / 0


class Listener(QObject):
    """A widget's part: a slot of an object that lives in this thread."""

    def __init__(self, funnel: ErrorFunnel) -> None:
        super().__init__()
        self.threads: list[int] = []
        funnel.told.connect(self.hear)

    def hear(self, _: Problem) -> None:
        self.threads.append(threading.get_ident())


def test_ctrl_c_is_not_told_as_a_bug(funnel, told, log_file, capsys):
    funnel.install()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []
    assert lines(log_file) == []
    assert "KeyboardInterrupt" in capsys.readouterr().err


@pytest.mark.parametrize(("say", "level"), [(qWarning, "WARNING"), (qCritical, "ERROR")])
def test_what_qt_says_is_logged_and_not_shown(funnel, told, log_file, capsys, say, level):
    funnel.install()
    say("from deep inside")
    assert told == []
    assert "from deep inside" not in "".join(capsys.readouterr())
    [line] = lines(log_file)
    assert level in line
    assert "from deep inside" in line


def test_qts_category_is_kept(funnel, log_file):
    funnel.install()
    category = QLoggingCategory("lungfield.test")
    qCWarning(category, "from a part of it")
    assert "lungfield.test" in lines(log_file)[0]


def test_uninstalling_gives_every_hook_back(funnel):
    heard = []
    hooks = sys.excepthook, threading.excepthook
    outer = qInstallMessageHandler(lambda *said: heard.append(said[2]))
    try:
        funnel.install()
        assert sys.excepthook is not hooks[0]
        assert threading.excepthook is not hooks[1]
        qWarning("heard by the log alone")
        funnel.uninstall()
        qWarning("heard by who listened before")
    finally:
        qInstallMessageHandler(outer)
    assert heard == ["heard by who listened before"]
    assert (sys.excepthook, threading.excepthook) == hooks


def test_uninstalling_what_is_not_installed_changes_nothing(funnel):
    before = sys.excepthook, threading.excepthook
    funnel.uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def test_an_error_after_the_window_is_gone_is_python_s_again():
    """In a process of its own, where no other hook is in the way."""
    script = """
import sys
from PySide6.QtCore import QCoreApplication
from gui.errors import ErrorFunnel
app = QCoreApplication([])
funnel = ErrorFunnel()
funnel.install()
funnel.uninstall()
assert sys.excepthook is sys.__excepthook__
raise ValueError("seen in the terminal")
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "ValueError: seen in the terminal" in ended.stderr
