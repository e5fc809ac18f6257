from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.dropping import DropVeil


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    QVBoxLayout(made).addWidget(QPushButton("below"))
    made.resize(500, 400)
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_is_not_seen_before_something_is_dragged(window):
    assert not DropVeil(window).isVisible()


def test_it_covers_the_window_as_large_as_it_is_now(window):
    veil = DropVeil(window)
    window.resize(640, 300)
    veil.cover()
    assert veil.geometry() == window.rect()
    assert window.children()[-1] is veil, "above everything else"


def test_it_changes_what_is_seen_nearly_everywhere(window):
    veil = DropVeil(window)
    window.findChild(QPushButton).setMinimumSize(400, 300)
    window.layout().activate()
    bare = window.grab().toImage()
    veil.cover()
    seen = window.grab().toImage()
    assert any(pixel(bare, x) != pixel(seen, x) for x in range(200, 300))
    veil.hide()
    assert window.grab().toImage() == bare


def pixel(image: QImage, x: int) -> int:
    return image.pixel(x, image.height() // 2)


def test_the_mouse_goes_through(window, qtbot):
    veil = DropVeil(window)
    veil.cover()
    button = window.findChild(QPushButton)
    assert window.childAt(button.geometry().center()) is button
    assert veil.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def test_words_below_do_not_shine_through(window):
    button = window.findChild(QPushButton)
    button.setMinimumSize(400, 300)
    window.layout().activate()
    veil = DropVeil(window)
    veil.cover()
    above = window.grab().toImage()
    button.setText("something else")
    assert window.grab().toImage().copy(200, 190, 100, 20) == above.copy(200, 190, 100, 20)
