"""Which of the files that PyInstaller found stay in the bundle: by the rules, and by what links them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import partial
from importlib import metadata
from pathlib import PurePath

from pruning import stays

#: Place in the bundle, where it was found, PyInstaller's word for its kind.
Entry = tuple[str, str, str]

#: Their word for a link.
LINK = "SYMLINK"


def pruned(
    binaries: Iterable[Entry],
    datas: Iterable[Entry],
    needs: Callable[[str], Iterable[str]],
    ours: Iterable[str],
) -> tuple[list[Entry], list[Entry]]:
    """The binaries and data files that stay in the bundle.

    Args:
        binaries, datas: place in the bundle, where it was found, PyInstaller's word for its kind. Of a
            "SYMLINK", the second is where it leads.
        needs: the names of the libraries that a file links.
        ours: the folders of the Python that is packaged. Libraries from elsewhere are the build machine's.
    """
    roots = tuple(ours)
    kept = without_orphans([each for each in binaries if _is_wanted(each)], needs, roots)
    others = [each for each in datas if _is_wanted(each)]
    places = {place for place, _, kind in (*kept, *others) if kind != LINK}
    return tuple(  # type: ignore[return-value]
        [each for each in entries if each[2] != LINK or _target(each) in places] for entries in (kept, others)
    )


def of_the_system(binaries: Iterable[Entry], ours: Iterable[str]) -> list[str]:
    """Where those libraries were found that come neither with Python nor in a wheel: the build machine's."""
    roots = tuple(ours)
    return sorted({entry[1] for entry in binaries if _is_of_the_system(roots, entry)})


def metadata_of(distributions: Iterable[str]) -> list[Entry]:
    """The METADATA of installed distributions, for those that ask for versions and licences while they run.

    The rest of their records names files of the build machine.
    """
    found = []
    for name in sorted(distributions):
        files = metadata.distribution(name).files or ()
        place = next(file for file in files if file.match("*.dist-info/METADATA"))
        found.append((place.as_posix(), str(place.locate()), "DATA"))
    return found


def without_orphans(
    binaries: Iterable[Entry], needs: Callable[[str], Iterable[str]], ours: tuple[str, ...]
) -> list[Entry]:
    """`binaries` without the libraries that were brought for what was left out.

    Wheels keep what their modules link in a folder `NAME.libs`; what else is linked comes from the system of
    the build machine. Of both stays what something else that stays needs, directly or by another library.
    """
    entries = list(binaries)
    brought = {
        PurePath(place).name: source for place, source, _ in filter(partial(_is_brought, ours), entries)
    }
    waiting = [source for entry in entries if not _is_brought(ours, entry) and (source := _file(entry))]
    needed: set[str] = set()
    while waiting:
        for name in needs(waiting.pop()):
            if name in brought and name not in needed:
                needed.add(name)
                waiting.append(brought[name])
    return [each for each in entries if not _is_brought(ours, each) or PurePath(each[0]).name in needed]


def _is_brought(ours: tuple[str, ...], entry: Entry) -> bool:
    if entry[2] == LINK or _is_python(entry):
        return False
    return PurePath(entry[0]).parts[0].endswith(".libs") or _is_of_the_system(ours, entry)


def _is_of_the_system(ours: tuple[str, ...], entry: Entry) -> bool:
    return entry[2] == "BINARY" and not entry[1].startswith(ours) and not _is_python(entry)


def _is_python(entry: Entry) -> bool:
    name = PurePath(entry[0]).name
    return name == "Python" or name.startswith(("libpython", "python3"))  # on macOS: a framework's


def _file(entry: Entry) -> str:
    return "" if entry[2] == LINK else entry[1]


def _target(link: Entry) -> str:
    """The place in the bundle that a link leads to."""
    place, source, _ = link
    return posixpath.normpath(posixpath.join(PurePath(place).parent.as_posix(), PurePath(source).as_posix()))


def _is_wanted(entry: Entry) -> bool:
    place, source, kind = entry
    return stays(PurePath(place).as_posix(), source) if kind != LINK else stays(_target(entry))
