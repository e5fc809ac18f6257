"""The scans that the page has to click on. They are drawn, by `tools/samples.py`: no person's scan ships."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from core import paths
from core.web.inline import data_address
from core.web.uploads import Upload


@dataclass(frozen=True)
class Sample:
    """A file in `resources/web/samples`, and what is written on its button."""

    file: str
    title: str

    @property
    def path(self) -> Path:
        return paths.resources() / "web" / "samples" / self.file

    def upload(self) -> Upload:
        """It as if it had been uploaded."""
        return Upload(self.file, self.path, lasting=True)

    def thumbnail(self, side: int = 144) -> str:
        """A small square picture of it, as a `data:` address."""
        from PIL import Image, ImageOps

        from core.imaging.decode import decode_file

        scan = decode_file(self.path, min_side=side)
        grey = Image.fromarray((scan.windowed() * 255).astype("uint8"))
        file = io.BytesIO()
        ImageOps.fit(grey, (side, side)).save(file, "JPEG", quality=85)
        return data_address("image/jpeg", file.getvalue())


SAMPLES = (
    Sample("clear.jpeg", "Clear lungs"),
    Sample("opacities.jpeg", "Opacities"),
    Sample("opacities.dcm", "DICOM"),
    Sample("no-chest.png", "Not a chest"),
)
