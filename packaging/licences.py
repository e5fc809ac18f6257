"""The licences of everything that a package holds, collected from what is installed."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePath

_LICENCE_NAME = re.compile(
    r"(^|/)(licen[cs]es?|copying|copyright|notices?|third.?party|authors)([^/]*)$|(^|/)licen[cs]es/",
    re.IGNORECASE,
)
#: Files of that name which are no licence.
_NO_LICENCE = re.compile(r"\.(py|pyc|pyi|so|json|h|cmake|dylib|pyd)$", re.IGNORECASE)

#: Where Debian's copyright files say that a text lies.
_COMMON = re.compile(r"/usr/share/common-licenses/[\w.+-]+")

#: Ships, although no module of it is in the bundle's list: PyInstaller's loader.
_ALWAYS = ("pyinstaller",)

#: The texts of licences, for distributions that name one and bring no text.
_TEXTS = Path(__file__).resolve().parent / "licences"
_BY_NAME = {"LGPL-3.0-only": ("LGPL-3.0.txt", "GPL-3.0.txt"), "MIT": ("MIT.txt",)}


@dataclass(frozen=True)
class Component:
    """A distribution that ships.

    Attributes:
        licence: in a word or a line, as its metadata tells it.
        files: its licence texts, by the name under which they are shipped.
    """

    name: str
    version: str
    licence: str
    homepage: str
    files: dict[str, Path]


def components(modules: Iterable[str], libraries: Iterable[str] = ()) -> list[Component]:
    """Python, the distributions that modules or files of a bundle come from, by name, and what of the
    system is in it.

    Args:
        modules: names of top-level modules, or of folders beside them (such as "numpy.libs").
        libraries: where those were found that are the system's.

    Raises:
        LookupError: of one there is no licence text.
    """
    found = [component(name) for name in sorted({*owners(modules), *_ALWAYS}, key=str.casefold)]
    shipped = [python(), *found, *of_debian(libraries)]
    if bare := [each.name for each in shipped if not each.files]:
        raise LookupError(f"there is no licence text of {', '.join(bare)}: it cannot ship")
    return shipped


def owners(modules: Iterable[str]) -> set[str]:
    """The names of the distributions that modules, or folders beside them, come from."""
    known = metadata.packages_distributions()
    tops = {module.partition(".")[0] for module in modules}
    return {owner for top in tops for owner in known.get(top, ())}


def component(name: str) -> Component:
    """What an installed distribution says of itself."""
    told = metadata.distribution(name)
    files = {}
    for file in told.files or ():
        place = file.as_posix()
        path = Path(str(told.locate_file(file)))
        if _is_licence(place) and path.is_file() and path.stat().st_size:
            files[_flat(place)] = path
    licence = _licence(told)
    if not files:
        words = re.split(r"[\s()]+", licence)
        files = {text: _TEXTS / text for word in words for text in _BY_NAME.get(word, ())}
    return Component(told.metadata["Name"], told.version, licence, _homepage(told), files)


def python() -> Component:
    """The interpreter."""
    places = [Path(sysconfig.get_path("stdlib"), "LICENSE.txt"), Path(sys.base_prefix, "LICENSE.txt")]
    text = next((place for place in places if place.is_file()), None)
    version = sys.version.split()[0]
    return Component(
        "Python", version, "PSF-2.0", "https://www.python.org", {"LICENSE.txt": text} if text else {}
    )


def of_debian(libraries: Iterable[str]) -> list[Component]:
    """The packages of Debian or Ubuntu that libraries come from, each with its copyright file.

    Raises:
        LookupError: one is of no package, or this is another system.
    """
    owners: dict[str, str] = {}
    for library in sorted(libraries):
        owner = _debian_owner(library)
        if not owner:
            raise LookupError(f"there is no licence text of {library}: it cannot ship")
        owners[owner.partition(":")[0]] = owner
    found = [_of_debian(name, owner) for name, owner in sorted(owners.items())]
    named = {path.name: path for each in found for path in _named_in(each)}
    common = Component("common-licenses", "of Debian", "those that the copyright files name", "", named)
    return [*found, common] if named else found


def _debian_owner(library: str) -> str:
    """Such as "libssl3:amd64"; empty where there is none."""
    file = Path(library)
    # /lib may be a link to /usr/lib, and the list of files be by either
    real = file.resolve()
    places = (file, file.parent.resolve() / file.name, real, Path(str(real).removeprefix("/usr")))
    for place in dict.fromkeys(map(str, places)):
        for line in _asked("dpkg-query", "--search", place).splitlines():
            if not line.startswith("diversion by "):
                return line.partition(": ")[0].partition(",")[0]
    return ""


def _of_debian(name: str, owner: str) -> Component:
    text = Path("/usr/share/doc", name, "copyright")
    version = _asked("dpkg-query", "--show", "--showformat=${Version}", owner)
    files = {"copyright.txt": text} if text.is_file() else {}
    return Component(name, version, "see its text", "", files)


def _named_in(component: Component) -> list[Path]:
    """The licences that its texts do not repeat, because every Debian has them."""
    texts = [path.read_text("utf-8", "replace") for path in component.files.values()]
    named = [Path(place.rstrip(".")) for text in texts for place in _COMMON.findall(text)]
    return [path for path in named if path.is_file()]


def _asked(*command: str) -> str:
    """What a program says; nothing where it fails or is not there."""
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""


def write(folder: Path, shipped: Iterable[Component]) -> None:
    """Write the texts to `folder`, a folder each, and INDEX.txt, which lists all."""
    lines = ["What Lungfield brings, and under which licence. The texts lie beside this file.", ""]
    for each in shipped:
        lines.append(f"{each.name} {each.version}: {each.licence or 'see its text'}")
        if each.homepage:
            lines.append(f"    {each.homepage}")
        for name, path in sorted(each.files.items()):
            file = folder / each.name / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(path.read_bytes())
            lines.append(f"    {each.name}/{name}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "INDEX.txt").write_text("\n".join(lines) + "\n", "utf-8")


def _is_licence(place: str) -> bool:
    return bool(_LICENCE_NAME.search(place)) and not _NO_LICENCE.search(place)


def _flat(place: str) -> str:
    """A file's name for a folder that holds no other distribution's: its path in one word."""
    parts = PurePath(place).parts
    if parts[0].endswith(".dist-info"):
        parts = parts[2:] if len(parts) > 2 and parts[1].lower() == "licenses" else parts[1:]
    return "_".join(part for part in parts if part not in ("..", "."))


def _licence(told: metadata.Distribution) -> str:
    """SPDX where it is told, else the words of the metadata, else its classifiers."""
    if expression := told.metadata["License-Expression"]:
        return str(expression)
    words = " ".join((told.metadata["License"] or "").split())
    if words and words.upper() != "UNKNOWN" and len(words) < 80:
        return words
    return ", ".join(_classified(told))


def _classified(told: metadata.Distribution) -> Iterator[str]:
    for line in told.metadata.get_all("Classifier") or ():
        if line.startswith("License ::"):
            yield line.rpartition(":: ")[2]


def _homepage(told: metadata.Distribution) -> str:
    if page := told.metadata["Home-page"]:
        return str(page)
    for line in told.metadata.get_all("Project-URL") or ():
        label, _, address = line.partition(", ")
        if label.lower() in ("homepage", "home", "repository", "source", "source code"):
            return address
    return ""
