"""What the person has chosen, kept between starts in one JSON file.

A file that is damaged, or was written by a later version, never stops the application: what can be
understood is taken, the rest keeps its default.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from core import paths
from core.errors import LungfieldError
from core.files import write_whole
from core.log import logger

EngineName = Literal["auto", "torch", "openvino"]
DeviceName = Literal["auto", "cuda", "cpu"]
PrecisionName = Literal["auto", "fp32", "int8"]
ThemeName = Literal["system", "dark", "light"]
DragAxes = Literal["width-level", "level-width"]

#: Which text of the first-start notice was accepted; raised when the text changes in substance.
NOTICE_VERSION = 1

#: How many recent files and folders are kept.
RECENT = 12


@dataclass(frozen=True)
class Settings:
    """The person's choices.

    Attributes:
        model: name of a model in the library; empty for the active one.
        engine, device, precision: as `core.engine.select.choose` takes them.
        threshold: 0..1 on the probability; None for the model's own operating point.
        uncertain_band: 0..0.5; a probability nearer than this to the threshold is shown as «not sure».
        drag_axes: what dragging sideways and dragging up and down change in the viewer.
        drag_up_darkens: dragging up raises the level, which makes the picture darker.
        theme: of the window; "system" follows the desktop's.
        language: such as "de"; empty for the desktop's.
        notice_accepted: the NOTICE_VERSION that was accepted; 0 for none.
        heatmap_shown, heatmap_opacity (0..1), heatmap_cut_off (0..1, share of the full scale),
            side_by_side: how the evidence is drawn.
        recent: paths of files and folders, the latest first.
    """

    model: str = ""
    engine: EngineName = "auto"
    device: DeviceName = "auto"
    precision: PrecisionName = "auto"
    threshold: float | None = None
    uncertain_band: float = 0.1
    drag_axes: DragAxes = "width-level"
    drag_up_darkens: bool = False
    theme: ThemeName = "system"
    language: str = ""
    notice_accepted: int = 0
    heatmap_shown: bool = True
    heatmap_opacity: float = 0.5
    heatmap_cut_off: float = 0.08
    side_by_side: bool = False
    recent: tuple[str, ...] = ()


_WORDS: Mapping[str, tuple[str, ...]] = {
    "engine": get_args(EngineName),
    "device": get_args(DeviceName),
    "precision": get_args(PrecisionName),
    "drag_axes": get_args(DragAxes),
    "theme": get_args(ThemeName),
}
_RANGES: Mapping[str, tuple[float, float]] = {
    "threshold": (0.0, 1.0),
    "uncertain_band": (0.0, 0.5),
    "heatmap_opacity": (0.0, 1.0),
    "heatmap_cut_off": (0.0, 1.0),
}


def load() -> Settings:
    """The settings as last saved; defaults for what is missing or makes no sense."""
    file = paths.user_data() / "settings.json"
    try:
        said = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        logger.warning("settings could not be read (%s): defaults are used", type(error).__name__)
        return Settings()
    if not isinstance(said, dict):
        return Settings()
    known = {field.name for field in fields(Settings)}
    return Settings(
        **{
            name: _as_kept(name, value)
            for name, value in said.items()
            if name in known and _is_good(name, value)
        }
    )


def save(settings: Settings) -> None:
    """Write them whole or not at all.

    Raises:
        LungfieldError: the folder cannot be written to.
    """
    text = json.dumps(asdict(settings), indent=1)  # in ASCII: a file's name need not be text
    try:
        # Not durable: a disk busy with a training's state held the window for 0.4 s at each scan opened
        # Private, for it has the paths that were opened last
        write_whole(paths.user_data() / "settings.json", text.encode(), durable=False, private=True)
    except LungfieldError as error:
        raise LungfieldError("your settings cannot be saved", error.hint) from error


def with_recent(recent: tuple[str, ...], path: str) -> tuple[str, ...]:
    """`recent` with `path` at its head, without doubles, at most RECENT of them."""
    return (path, *(each for each in recent if each != path))[:RECENT]


def _as_kept(name: str, value: Any) -> Any:
    return tuple(value) if name == "recent" else value


def _is_good(name: str, value: Any) -> bool:
    if name in _WORDS:
        return value in _WORDS[name]
    if name == "threshold" and value is None:
        return True
    if name in _RANGES:
        low, high = _RANGES[name]
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and math.isfinite(value) and low <= value <= high
    if name == "recent":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return type(value) is type(getattr(Settings, name))
