"""What a file is, by its content. Names lie: hospitals export DICOM as `IM0001`, people rename files."""

from __future__ import annotations

import struct

from core.errors import ScanError

#: What is said of a file that is none of the formats read.
READABLE = "Lungfield reads DICOM, PNG, JPEG, TIFF, BMP and WebP"

# Files people drop by mistake: (offset, signature, what it is, what to do).
_STRANGERS = (
    (0, b"%PDF", "a PDF document", "export the scan itself as DICOM, PNG or JPEG"),
    (
        0,
        b"PK\x03\x04",
        "a ZIP archive or office document",
        "unpack it, or export the scan as DICOM, PNG or JPEG",
    ),
    (0, b"PK\x05\x06", "an empty ZIP archive", ""),
    (0, b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (0, b"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (257, b"ustar", "a TAR archive", "unpack it first"),
    (4, b"ftyphei", "a HEIC photo", "export it as PNG or JPEG"),
    (4, b"ftypmif1", "a HEIC photo", "export it as PNG or JPEG"),
    (4, b"ftypavif", "an AVIF picture", "export it as PNG or JPEG"),
    (4, b"ftyp", "a video", "export the frame as PNG or JPEG"),
    (4, b"jP  \r\n\x87\n", "a JPEG 2000 picture", "export it as DICOM, PNG or JPEG"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture", "export it as DICOM, PNG or JPEG"),
    (0, b"\xff\x0a", "a JPEG XL picture", "export it as PNG or JPEG"),
    (4, b"JXL \r\n\x87\n", "a JPEG XL picture", "export it as PNG or JPEG"),
    (0, b"8BPS", "a Photoshop file", "export it as PNG or TIFF"),
    (0, b"\xd0\xcf\x11\xe0", "an office document", "export the scan itself as DICOM, PNG or JPEG"),
    (344, b"n+1\0", "a NIfTI volume", "export the radiograph as DICOM or PNG"),
    (0, b"\x89HDF", "an HDF5 file", ""),
    (0, b"\x93NUMPY", "a NumPy array", "save it as PNG or TIFF"),
    (0, b"SQLite format 3", "a database", ""),
    (0, b"MZ", "a Windows program", ""),
    (0, b"\x7fELF", "a program", ""),
)

_EXPLICIT_VRS = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV"
    .split()
)  # fmt: skip


def kind_of(data: bytes) -> str:
    """The format of a file's content as `Scan.format` names it, or "" for none that is read.

    Only says what the content begins with; whether the rest holds is for the decoder to find out.
    """
    head = data[:32]
    if data[128:132] == b"DICM":  # first: the preamble may be the header of a TIFF (PS3.10, 7.1)
        return "DICOM"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "TIFF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if _looks_like_bmp(head):
        return "BMP"
    if _looks_like_dicom(head):
        return "DICOM"
    return ""


def refusal(data: bytes, name: str) -> ScanError:
    """The error for content that is none of the formats read, saying what it is where that can be told."""
    for offset, signature, what, hint in _STRANGERS:
        if data.startswith(signature, offset):
            return ScanError(f"{name} is {what}, not a scan", hint or READABLE)
    if not data.strip(b"\0"):
        return ScanError(f"{name} holds nothing but zeros", "copy it again")
    text = _as_text(data[:4096])
    if text.lstrip().lower().startswith(("<!doctype html", "<html")):
        return ScanError(f"{name} is a web page, not a scan", "download the picture itself")
    if text:
        return ScanError(f"{name} is a text file, not a scan", READABLE)
    return ScanError(f"{name} is not a picture that can be read", READABLE)


def _looks_like_bmp(head: bytes) -> bool:
    """Two letters are a weak signature: the size of the header that follows must be one there is."""
    if not head.startswith(b"BM") or len(head) < 18:
        return False
    return struct.unpack_from("<I", head, 14)[0] in (12, 40, 52, 56, 64, 108, 124)


def _looks_like_dicom(head: bytes) -> bool:
    """A data set without PS3.10's preamble: it must begin with an element of group 2 or 8.

    Such files come from old archives and from programs that write the data set alone. Tags ascend, so the
    first element of a radiograph is a file meta element (0002,xxxx) or one of group 8, and no text begins so.
    """
    if len(head) < 8:
        return False
    for order in "<>":
        group, element = struct.unpack_from(f"{order}HH", head)
        if not ((group == 0x0002 and element <= 0x0102) or (group == 0x0008 and element <= 0x0070)):
            continue
        if head[4:6] in _EXPLICIT_VRS:
            return True
        if order == "<":  # implicit VR is always little endian
            length = struct.unpack_from("<I", head, 4)[0]
            return bool(length % 2 == 0 and length <= 1024)
    return False


def _as_text(data: bytes) -> str:
    """`data` as text, or "" if it does not read as any."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(data) - 4:  # not merely a character cut in two by the slice
            return ""
        text = data[: error.start].decode(encoding)
    return text if all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text) else ""
