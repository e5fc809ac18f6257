"""How large and how small a scan may be, checked before anything is decoded."""

from __future__ import annotations

from core.errors import ScanError

#: Files above this are refused unread: the largest radiograph, uncompressed, is under a tenth of it.
MAX_FILE_BYTES = 1 << 30

#: Pictures above this are refused from their header alone. A radiograph has 1 to 20 megapixels; a header
#: of a few bytes can promise 10 gigapixels. Just under the size at which Pillow refuses by itself
#: (twice `PIL.Image.MAX_IMAGE_PIXELS`), so that this limit is the one that is met.
MAX_PIXELS = 178_000_000

#: Pictures with a side under this hold nothing to read: icons, tracking pixels, damaged headers.
MIN_SIDE = 32


def check_size(name: str, height: int, width: int) -> None:
    """Raise `ScanError` unless `height` x `width` pixels is a size that a scan can have."""
    if min(height, width) < MIN_SIDE:
        raise ScanError(f"{name} is too small to be a scan ({width} x {height} pixels)")
    if height * width > MAX_PIXELS:
        megapixels = round(height * width / 1e6)
        raise ScanError(
            f"{name} is too large ({width} x {height} pixels, {megapixels:,} megapixels)",
            f"the limit is {MAX_PIXELS // 1_000_000} megapixels",
        )


def cut_short(name: str) -> ScanError:
    """The error for a file that ends before its picture does."""
    return ScanError(f"{name} is cut short", "copy or export it again")


def damaged(name: str, what: str = "") -> ScanError:
    """The error for a file whose content contradicts its format; `what` is the part that does."""
    return ScanError(f"{name} is damaged" + (f" ({what})" if what else ""), "copy or export it again")
