"""Pages to print: text, lines and pictures on A4."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from core.export.letters import BOLD, REGULAR, lines_of, load_fonts
from core.reading.framed import Picture
from core.reading.overlay import DISCLAIMER
from core.version import VERSION

#: As in the report of an evaluation: blue and vermilion of Okabe and Ito's palette.
NORMAL, PNEUMONIA = "#0072b2", "#d55e00"
INK, MUTED, RULE, WARNING, TINT = "#1f2933", "#66727f", "#dde2e7", "#8a5a00", "#fdf3e0"
LABELS = {"NORMAL": NORMAL, "PNEUMONIA": PNEUMONIA}

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 45.0, WIDTH - 45.0, HEIGHT - 45.0, 58.0

_TOTAL = "pages"  # a form, drawn once the number of pages is known


class Pages:
    """A PDF while it is drawn, from the top of each page downward.

    Points are 1/72 inch; x grows to the right, y upward. `y` is where the next thing goes.

    Args:
        path: written by `finish`.
        title: in the file's properties and on top of every page.
        date: on top of every page.
    """

    def __init__(self, path: Path, title: str, date: str) -> None:
        load_fonts()
        self._canvas = Canvas(str(path), pagesize=A4)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(f"Lungfield {VERSION}")
        self._canvas.setCreator("Lungfield")
        self._canvas.setSubject(DISCLAIMER)
        self._title, self._date = title, date
        self._number = 0
        self.y = 0.0
        self.turn()

    def turn(self) -> None:
        """Begin a page."""
        if self._number:
            self._canvas.showPage()
        self._number += 1
        self.text(LEFT, TOP, self._title, size=16, font=BOLD)
        self.text(RIGHT, TOP, self._date, size=8, colour=MUTED, right=True)
        self.rule(TOP - 10, INK)
        self.text(LEFT, 34, f"{DISCLAIMER}  Lungfield {VERSION}", size=7.5, colour=MUTED)
        self.text(RIGHT - 22, 34, f"{self._number} /", size=7.5, colour=MUTED, right=True)
        self._canvas.doForm(_TOTAL)
        self.y = TOP - 32

    def room_for(self, height: float) -> bool:
        """Whether that much fits on this page; otherwise a new one was begun."""
        if self.y - height >= BOTTOM:
            return True
        self.turn()
        return False

    def finish(self) -> None:
        """Write the file."""
        self._canvas.beginForm(_TOTAL)
        self.text(RIGHT - 19, 34, str(self._number), size=7.5, colour=MUTED)
        self._canvas.endForm()
        self._canvas.showPage()
        self._canvas.save()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9,
        font: str = REGULAR,
        colour: str = INK,
        right: bool = False,
    ) -> None:
        """One line as it is; `printable` makes it drawable, `shortened` and `lines_of` make it fit."""
        self._canvas.setFont(font, size)
        self._canvas.setFillColor(_colour(colour))
        (self._canvas.drawRightString if right else self._canvas.drawString)(x, y, text)

    def paragraph(self, text: str, *, size: float = 9, colour: str = INK, left: float = LEFT) -> None:
        """Wrapped text at `y`, over as many pages as it needs; its line breaks are kept."""
        for line in lines_of(text, size, RIGHT - left):
            self.room_for(1.4 * size)
            self.text(left, self.y - size, line, size=size, colour=colour)
            self.y -= 1.4 * size

    def heading(self, text: str, needs: float = 60) -> None:
        """A heading that is not parted from `needs` points of what follows it."""
        self.room_for(needs + 26)
        self.y -= 22
        self.text(LEFT, self.y, text, size=11, font=BOLD)
        self.y -= 8

    def rule(self, y: float, colour: str = RULE, left: float = LEFT, right: float = RIGHT) -> None:
        self._canvas.setStrokeColor(_colour(colour))
        self._canvas.setLineWidth(0.6)
        self._canvas.line(left, y, right, y)

    def mark(self, x: float, low: float, high: float) -> None:
        """An upright line."""
        self._canvas.setStrokeColor(_colour(INK))
        self._canvas.setLineWidth(1)
        self._canvas.line(x, low, x, high)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle; (x, y) is its lower left corner."""
        self._canvas.setFillColor(_colour(colour))
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def picture(self, picture: Picture, x: float, y: float, width: float, height: float) -> None:
        """uint8 [H, W, 3] in a rectangle; (x, y) is its lower left corner."""
        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=92, subsampling=0)
        self._canvas.drawImage(ImageReader(file), x, y, width, height)


@cache
def _colour(name: str) -> Color:
    return HexColor(name)
