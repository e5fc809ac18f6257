"""Draw the scans that the browser demo has to click on: `resources/web/samples`.

No scan of a real person may be in the repository, so these are drawings (`drawn_scans.py`). What a model says
of them is worth nothing; they are there to show what the page shows.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the drawings are made from those of the tests

from drawn_scans import drawn_scan  # noqa: E402

OUT = ROOT / "resources" / "web" / "samples"
SIZE = (1000, 1170)
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 82]


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(OUT / "clear.jpeg"), _soft(drawn_scan(3, 0.0, SIZE)), QUALITY)
    cv2.imwrite(str(OUT / "opacities.jpeg"), _soft(drawn_scan(22, 0.8, SIZE)), QUALITY)
    (OUT / "opacities.dcm").write_bytes(_dicom(_soft(drawn_scan(36, 0.8, SIZE))))
    cv2.imwrite(str(OUT / "no-chest.png"), _landscape())
    for file in sorted(OUT.iterdir()):
        print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")
    return 0


def _soft(picture: np.ndarray) -> np.ndarray:
    """Without its grain, which would be most of the file."""
    return cv2.GaussianBlur(picture, (0, 0), 1.2)


def _dicom(picture: np.ndarray) -> bytes:
    """As a digital radiograph of 8 bits with black and white exchanged (MONOCHROME1), as many are."""
    code = cv2.imencode(".jpg", 255 - picture, QUALITY)[1].tobytes()
    ds = Dataset()
    ds.SOPClassUID = pydicom.uid.DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = "2.25.1"
    ds.Modality, ds.BodyPartExamined, ds.ViewPosition = "DX", "CHEST", "PA"
    ds.PatientName = "Drawn^By^A^Program"
    ds.Rows, ds.Columns = picture.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME1"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = pydicom.encaps.encapsulate([code])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = pydicom.uid.JPEGBaseline8Bit
    file = pydicom.filebase.DicomBytesIO()
    pydicom.dcmwrite(file, ds, enforce_file_format=True)
    return file.getvalue()


def _landscape(size: tuple[int, int] = (480, 560)) -> np.ndarray:
    """Hills under an evening sky, in colour: what the gate is there for. BGR."""
    height, width = size
    v, u = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    sky, low = np.array([150, 80, 40.0]), np.array([90, 160, 250.0])
    picture = sky + (low - sky) * np.clip(v / 0.6, 0, 1)[..., None]
    sun = np.exp(-((((u - 0.68) / 0.05) ** 2 + ((v - 0.42) / 0.058) ** 2) ** 4))[..., None]
    picture = picture * (1 - sun) + np.array([170, 235, 255.0]) * sun
    for shade, base, height_, waves in ((0.8, 0.55, 0.06, 5), (0.55, 0.68, 0.08, 8), (0.3, 0.82, 0.05, 13)):
        line = base + height_ * np.sin(waves * u + 9 * base) + 0.02 * np.sin(3.1 * waves * u)
        picture = np.where((v > line)[..., None], np.array([70, 110, 60.0]) * shade, picture)
    return np.clip(picture, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    sys.exit(main())
