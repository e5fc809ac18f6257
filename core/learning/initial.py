"""The network that training starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import torch
from torch import Tensor, nn

from core.errors import ModelError
from core.imaging.preprocess import Preprocessing
from core.learning.recipe import Recipe
from core.model import checkpoint, library
from core.model.checking import FOCUS
from core.model.network import Network, build, imagenet_weights

#: How torchvision's networks name what stands where Lungfield has its head.
_CLASSIFIERS = ("fc.", "classifier.1.", "classifier.")
_SAVE_LIKE_THIS = "save it as torch.save(model.state_dict(), …)"

Weights = Mapping[str, Tensor]


def settled(recipe: Recipe) -> Recipe:
    """The recipe with what it leaves open taken from the checkpoint that it starts from.

    Raises:
        ModelError: that checkpoint cannot be read.
    """
    if None not in (recipe.standardise, recipe.tone, recipe.focus):
        return recipe  # and read as it is learnt, unless that is said too
    path = _checkpoint_of(recipe)
    source = checkpoint.load(path) if path else None
    like = source.preprocessing if source else Preprocessing()
    tone, reading_tone = recipe.tone, recipe.reading_tone
    if tone is None:
        tone = _tone_learnt(source, like)
        if reading_tone is None and like.tone != tone:
            reading_tone = like.tone
    return replace(
        recipe,
        standardise=like.standardise if recipe.standardise is None else recipe.standardise,
        tone=tone,
        reading_tone=reading_tone,
        focus=bool(source and source.is_focused) if recipe.focus is None else recipe.focus,
    )


def _tone_learnt(source: checkpoint.Checkpoint | None, like: Preprocessing) -> float:
    """What the network of a checkpoint learnt by, which may be more than it reads by."""
    recipe = source.training.get("recipe") if source else None
    told = recipe.get("tone") if isinstance(recipe, dict) else None
    return float(told) if isinstance(told, int | float) and 0 <= told <= 1 else like.tone


def initial_network(recipe: Recipe) -> Network:
    """A network as `recipe.init` says, on the CPU.

    The head is taken over where it fits and starts from random weights where it does not.

    Raises:
        ModelError: the weights cannot be had, cannot be read, or do not fit the backbone.
    """
    torch.manual_seed(recipe.seed)
    if recipe.init == "random":
        return build(recipe.backbone, recipe.head, focus=bool(recipe.focus))
    if recipe.init == "imagenet":
        return build(recipe.backbone, recipe.head, _downloaded(recipe), bool(recipe.focus))
    like = _checkpoint_of(recipe)
    return _from_checkpoint(recipe, like) if like else _from_torchvision_file(recipe, Path(recipe.init))


def _checkpoint_of(recipe: Recipe) -> Path | None:
    """The Lungfield model that `recipe.init` names; None for other places to start."""
    if recipe.init in {"random", "imagenet"}:
        return None
    path = library.find(recipe.init)
    return None if path.suffix.lower() in {".pth", ".pt"} else path


def _downloaded(recipe: Recipe) -> Weights:
    try:
        return imagenet_weights(recipe.backbone)
    except (URLError, OSError) as error:
        raise ModelError(
            "the ImageNet weights could not be downloaded",
            "connect to the internet, or use --init bundled, --init random, or --init FILE.pth",
        ) from error


def _from_checkpoint(recipe: Recipe, path: Path) -> Network:
    source = checkpoint.load(path)
    if source.backbone != recipe.backbone:
        raise ModelError(f"{source.name} is a {source.backbone}", f"use --backbone {source.backbone}")
    weights = {name: torch.from_numpy(value.copy()) for name, value in source.weights.items()}
    weights.pop(FOCUS, None)  # the recipe says whether there is one
    network = build(recipe.backbone, recipe.head)
    try:
        network.backbone.load_state_dict(_below("backbone.", weights))
    except RuntimeError as error:
        raise ModelError(f"the weights in {path.name} are not those of a {recipe.backbone}") from error
    _load_if_it_fits(network.head, _below("head.", weights))
    if recipe.focus:
        network.backbone.focus_on_lungs()
    return network


def _from_torchvision_file(recipe: Recipe, path: Path) -> Network:
    """From a `.pth` with torchvision's names: ImageNet's, or one's own from a notebook."""
    weights = _opened(path)
    heads = [_below(prefix, weights) for prefix in _CLASSIFIERS]
    try:
        network = build(recipe.backbone, recipe.head, weights, bool(recipe.focus))
    except RuntimeError as error:
        raise ModelError(
            f"{path.name} is no {recipe.backbone}", "use the --backbone it was made with"
        ) from error
    _load_if_it_fits(network.head, next((head for head in heads if head), {}))
    return network


def _opened(path: Path) -> dict[str, Tensor]:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler does; the file is to blame
        raise ModelError(f"{path.name} is not a file of weights", _SAVE_LIKE_THIS) from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise ModelError(f"{path.name} does not hold a state_dict", _SAVE_LIKE_THIS)
    return found


def _below(prefix: str, weights: Weights) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in weights.items() if name.startswith(prefix)}


def _load_if_it_fits(head: nn.Module, weights: Weights) -> None:
    own = head.state_dict()
    if {name: value.shape for name, value in weights.items()} == {k: v.shape for k, v in own.items()}:
        head.load_state_dict(dict(weights))
