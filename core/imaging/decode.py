"""A file to a `Scan`: the one way in for everything that reads scans.

Every refusal is a `ScanError` of one line that names the file; nothing is printed and nothing is logged.
"""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

from core.errors import ScanError
from core.imaging import picture, sniff, tiff
from core.imaging.limits import MAX_FILE_BYTES
from core.imaging.scan import Scan


def read_bytes(path: str | Path) -> bytes:
    """The content of a file.

    Raises:
        ScanError: it is missing, a folder, not an ordinary file, not permitted, empty or absurdly large.
    """
    path = Path(path)
    name = path.name or str(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise ScanError(f"{name} is a folder, not a scan")
        if not stat.S_ISREG(found.st_mode):  # a pipe or device: reading it might never end
            raise ScanError(f"{name} is not an ordinary file")
        _check_length(found.st_size, name)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ScanError(f"{name} does not exist", "it may have been moved or renamed") from error
    except PermissionError as error:
        raise ScanError(f"{name} may not be read", "ask for permission to read it, or copy it") from error
    except ValueError as error:  # a name no system can have
        raise ScanError(f"{name!r} is not the name of a file") from error
    except OSError as error:
        raise ScanError(f"{name} could not be read ({error.strerror or type(error).__name__})") from error
    _check_length(len(data), name)
    return data


def decode(data: bytes, name: str, *, min_side: int | None = None, sha256: str = "") -> Scan:
    """The scan in `data`, by its content and never by its name.

    Args:
        data: the content of a file: DICOM, PNG, JPEG, TIFF, BMP, WebP or GIF.
        name: where it came from; `Scan.source`, and its last part names it in an error.
        min_side: the caller needs no more than this many pixels on the shorter side: a JPEG may be decoded at
            1/2, 1/4 or 1/8 as long as that much is left. `Scan.reduced` is the factor.
        sha256: of `data`, where the caller has it already.

    Returns:
        A Scan with `source` and `sha256` filled in.

    Raises:
        ScanError: the content is not a scan, or is damaged, cut short, too large or too small.
    """
    short = Path(name).name or name or "the picture"
    _check_length(len(data), short)
    kind = sniff.kind_of(data)
    if kind in picture.FORMATS:
        scan = picture.decode_picture(data, short, kind, min_side)
    elif kind == "TIFF":
        scan = tiff.decode_tiff(data, short)
    elif kind == "DICOM":
        from core.imaging import dicom  # pydicom takes 0.3 s to import, and a JPEG needs none of it

        scan = dicom.decode_dicom(data, short)
    else:
        raise sniff.refusal(data, short)
    return replace(scan, source=name, sha256=sha256 or hashlib.sha256(data).hexdigest())


def decode_file(path: str | Path, *, min_side: int | None = None) -> Scan:
    """`read_bytes` and `decode` together; raises what they do."""
    return decode(read_bytes(path), str(path), min_side=min_side)


def _check_length(length: int, name: str) -> None:
    if length == 0:
        raise ScanError(f"{name} is empty", "copy or export it again")
    if length > MAX_FILE_BYTES:
        raise ScanError(f"{name} is larger than {MAX_FILE_BYTES >> 20} MB, which no scan is")
