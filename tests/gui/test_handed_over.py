"""Files handed over by the system while the application runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent

from gui.handed_over import HandedOver


@pytest.fixture
def handed_over(qapp):
    watching = HandedOver(qapp)
    yield watching
    qapp.removeEventFilter(watching)


def hand_over(*paths: Path) -> None:
    for path in paths:
        QCoreApplication.sendEvent(QCoreApplication.instance(), QFileOpenEvent(QUrl.fromLocalFile(str(path))))


def test_files_come_out_together(handed_over, qtbot):
    handed_over.begin()
    first, second = Path("/scans/Müller, A.dcm"), Path("/scans/b 2.png")
    with qtbot.waitSignal(handed_over.arrived) as arrived:
        hand_over(first, second)
    assert arrived.args == [[first, second]]


def test_what_comes_before_the_window_is_ready_waits_for_it(handed_over, qtbot):
    hand_over(Path("/scans/a.png"))
    qtbot.wait(20)
    with qtbot.waitSignal(handed_over.arrived) as arrived:
        handed_over.begin()
    assert arrived.args == [[Path("/scans/a.png")]]


def test_an_address_of_something_else_is_left_to_others(handed_over, qtbot):
    handed_over.begin()
    with qtbot.assertNotEmitted(handed_over.arrived, wait=20):
        QCoreApplication.sendEvent(
            QCoreApplication.instance(), QFileOpenEvent(QUrl("https://example.org/a.png"))
        )
