"""The application's icon in the forms that systems want, drawn from resources/icons/lungfield.svg."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "resources" / "icons" / "lungfield.svg"
PLACE = ROOT / "build" / "icons"

_WINDOWS_SIDES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def png(side: int) -> bytes:
    """The icon as a PNG of `side` x `side` pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def for_this_system() -> str | None:
    """The path of the icon that a program carries: .ico on Windows, .icns on macOS, none elsewhere."""
    kinds = {"win32": "ico", "darwin": "icns"}
    kind = kinds.get(sys.platform)
    return str(made(kind)) if kind else None


def made(kind: str) -> Path:
    """Make lungfield.ico or lungfield.icns in build/icons."""
    from PIL import Image

    PLACE.mkdir(parents=True, exist_ok=True)
    path = PLACE / f"lungfield.{kind}"
    sides = _WINDOWS_SIDES if kind == "ico" else (16, 32, 64, 128, 256, 512, 1024)
    pictures = [Image.open(BytesIO(png(side))) for side in sides]
    pictures[-1].save(path, append_images=pictures[:-1], sizes=[(side, side) for side in sides])
    return path
