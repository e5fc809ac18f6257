"""What a bundle is made of, and what was left out of it: for the log of a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath

from bundle import LINK, Entry
from pruning import is_of_the_system, rule_for

#: Folders that belong together, by what they are for; the rest is told as it is called.
_PARTS = {
    "torch": ("torch", "torchvision"),
    "OpenVINO": ("openvino",),
    "OpenCV, with FFmpeg": ("cv2", "opencv_python_headless.libs"),
    "Qt and PySide6": ("PySide6", "shiboken6"),
    "SciPy and scikit-learn": ("scipy", "scipy.libs", "sklearn", "scikit_learn.libs"),
    "NumPy": ("numpy", "numpy.libs"),
    "the bundled model, icons, style": ("resources",),
    "matplotlib": ("matplotlib", "kiwisolver", "contourpy", "fontTools"),
    "Pillow": ("PIL", "pillow.libs"),
    "imagecodecs": ("imagecodecs", "imagecodecs.libs"),
}
_PART_OF = {folder: part for part, folders in _PARTS.items() for folder in folders}


def made_of(folder: Path) -> list[str]:
    """Lines of a table: the parts of an application's folder, the largest first, in MiB on the disk."""
    sizes: Counter[str] = Counter()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            inside = file.relative_to(folder).parts
            sizes[_part(inside)] += file.stat().st_size
    return _table(sizes)


def left_out(before: Iterable[Entry], after: Iterable[Entry]) -> list[str]:
    """Lines of a table: what PyInstaller found and pruning took away, by the reason."""
    kept = {place for place, _, _ in after}
    sizes: Counter[str] = Counter()
    for place, source, kind in before:
        if place not in kept and kind != LINK:
            sizes[_reason(place, source)] += Path(source).stat().st_size
    return _table(sizes)


def _part(inside: tuple[str, ...]) -> str:
    if inside[0] != "_internal":
        return "all Python modules, in the program" if inside[0].startswith("lungfield") else "licences"
    if len(inside) == 2:
        return "Python, and single libraries"
    return _PART_OF.get(inside[1], "other")


def _reason(place: str, source: str) -> str:
    top = PurePath(place).parts[0].removesuffix(".libs")
    if is_of_the_system(place, source):
        return "of the system, declared by the package"
    rule = rule_for(place)
    if rule is not None and not rule.stays:
        return f"{top}: {rule.why}"
    return (
        f"{top}: source that is not read again" if place.endswith(".py") else "linked by nothing that stays"
    )


def _table(sizes: Counter[str]) -> list[str]:
    large = [(name, size) for name, size in sizes.most_common() if size >= 1 << 20]
    rest = sizes.total() - sum(size for _, size in large)
    rows = [*large, *([("each under 1 MiB", rest)] if rest else []), ("together", sizes.total())]
    return [f"| {name} | {size / (1 << 20):.0f} |" for name, size in rows]
