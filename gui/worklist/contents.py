"""Which entries of the worklist hold the same file."""

from __future__ import annotations

from gui.worklist.entry import Entry


class Contents:
    """Entries by their content, `Entry.sha256`. Few files lie on a list twice; the others cost no list."""

    def __init__(self) -> None:
        self._one: dict[str, Entry] = {}
        self._copies: dict[str, list[Entry]] = {}

    def of(self, sha256: str) -> list[Entry]:
        """Those with this content."""
        one = self._one.get(sha256)
        return [one, *self._copies.get(sha256, ())] if one else []

    def put(self, entry: Entry) -> None:
        """Its content is known, or is another now; `drop` it before that changes."""
        one = self._one.setdefault(entry.sha256, entry)
        if one is not entry and entry not in (copies := self._copies.setdefault(entry.sha256, [])):
            copies.append(entry)

    def drop(self, entry: Entry) -> None:
        """It is not to be found any more."""
        copies = self._copies.get(entry.sha256, [])
        if entry in copies:
            copies.remove(entry)
        elif self._one.get(entry.sha256) is entry:
            del self._one[entry.sha256]
            if copies:
                self._one[entry.sha256] = copies.pop()

    def clear(self) -> None:
        self._one.clear()
        self._copies.clear()
