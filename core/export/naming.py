"""What a scan is called in an export, and what may be said of it there.

Unless the person ticks «Include file names and patients' names», nothing leaves that can name a patient: a
scan is called by the hash of its file, and names that are known are taken out of what is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePath

from core.errors import ScanError
from core.export.item import Item
from core.export.source import header_of
from core.reading.finding import Found
from core.reading.places import Places

#: What stands in a note where a name was.
TAKEN_OUT = "[name]"

#: A part of a name that is shorter is also a word or an initial, unless it is not of Latin letters.
_SHORTEST = 3

# fmt: off
_SUFFIXES = frozenset({
    ".dcm", ".dicom", ".dic", ".ima", ".png", ".jpg", ".jpeg", ".jfif", ".tif", ".tiff", ".bmp", ".webp",
    ".gif",
})
# fmt: on

# Elements that hold names and identifiers of the patient. PS3.6
_NAMES = ("PatientName", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName")
_IDENTIFIERS = ("PatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "PatientBirthDate")


class Naming:
    """Names for the scans of one export.

    Args:
        named: whether files' and patients' names may leave.
        is_free: whether a place may be given; in the folder may lie what must not be replaced.
    """

    def __init__(self, named: bool, is_free: Callable[[PurePath], bool] = lambda _: True) -> None:
        self.named = named
        self._places = Places(is_free)
        self._unopened: dict[Found, int] = {}

    def name(self, item: Item) -> str:
        """What the scan is called: the file's path, or a word made of its hash."""
        if self.named:
            return item.found.where
        if item.sha256:
            return f"scan-{item.sha256[:12]}"
        # Never opened, so without a hash. Not the hash of its name, which could be guessed from that.
        return f"scan-unopened-{self._unopened.setdefault(item.found, len(self._unopened) + 1)}"

    def place(self, item: Item) -> PurePath:
        """Where its files go under a folder, less the suffix; no two calls give the same.

        With names, that is the scan's path under the folder that was given, without its suffix; where two
        scans would share one (a.png beside a.dcm), or it is not free, the later has a number.
        """
        bare = _bare(item.found.relative) if self.named else PurePath(self.name(item))
        return self._places.take(bare)

    def reason(self, item: Item, reason: str | None = None) -> str:
        """Why it was rejected or failed, or `reason`; errors name the file they are about."""
        said = item.reason if reason is None else reason
        if self.named or not said:
            return said
        file = item.found.path.name
        for name in (repr(file), " ".join(file.split())):
            if name and said.startswith(name):
                return self.name(item) + without(said[len(name) :], _whole_names(item), self.name(item))
        return without(said, _whole_names(item), self.name(item))

    def note(self, item: Item) -> str:
        """The person's note. It leaves as it was written, but for the file's name and the patient's."""
        if self.named or not item.note:
            return item.note
        return without(item.note, [*_parts_of_file(item), *_parts_of_patient(item)], TAKEN_OUT)


def _bare(path: PurePath) -> PurePath:
    """A path that leads down from any folder, without the suffix of a format.

    Other suffixes stay: a file may be named 1.2.840.113619.2.5.
    """
    parts = [part for part in path.parts if part not in ("..", path.anchor)]
    place = PurePath(*parts) if parts else PurePath("scan")
    return place.with_suffix("") if place.suffix.lower() in _SUFFIXES else place


def without(text: str, names: Iterable[str], instead: str) -> str:
    """`text` with `instead` for each of `names` that stands in it as a word of its own, in any case."""
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: instead, text, flags=re.IGNORECASE)
    return text


def _parts_of_file(item: Item) -> list[str]:
    path = item.found.path
    return [each for each in (str(path), str(item.found.relative), path.name, path.stem) if _tells(each)]


def _whole_names(item: Item) -> list[str]:
    """What our own reasons may name a file by. A name less its suffix may be a word of theirs («empty»)."""
    return [each for each in _parts_of_file(item) if each != item.found.path.stem or not each.isalpha()]


def _parts_of_patient(item: Item) -> list[str]:
    """Names and identifiers in the file, where it is DICOM and still there."""
    try:
        header = header_of(item)
    except ScanError:
        return []
    names = [part for each in _NAMES for part in re.split(r"[\^=\\\s,]+", header.text(each))]
    return [each for each in (*names, *map(header.text, _IDENTIFIERS)) if _tells(each)]


def _tells(name: str) -> bool:
    return len(name) >= _SHORTEST or not name.isascii()
