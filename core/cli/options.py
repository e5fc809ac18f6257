"""The options of every subcommand. What runs them is imported when it is run: `--help` costs nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from core.learning.recipe import PRESETS
from core.model.checkpoint import BACKBONES, HEADS
from core.version import COMMAND, VERSION

COMMANDS = ("read", "train", "evaluate", "models", "web", "self-test", "work")

_DISCLAIMER = "For research and education. Not a medical device; not for diagnosis."


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog=COMMAND,
        usage=f"{COMMAND} [--screenshot FILE] [PATH…]  (the window)\n       {COMMAND} COMMAND …",
        description="Lungfield reads chest X-rays.",
        epilog=_DISCLAIMER,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"Lungfield {VERSION}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_read(commands.add_parser("read", help="read scans and folders of scans", epilog=_DISCLAIMER))
    _add_train(commands.add_parser("train", help="train or fine-tune a model", epilog=_DISCLAIMER))
    _add_evaluate(commands.add_parser("evaluate", help="score a model on labelled scans", epilog=_DISCLAIMER))
    _add_models(commands.add_parser("models", help="list, import, export, activate and remove models"))
    _add_web(commands.add_parser("web", help="the browser demo: a page on this computer", epilog=_DISCLAIMER))
    test = commands.add_parser("self-test", help="whether everything works here, on generated scans")
    test.set_defaults(run=_runs("self_test"))
    # Without a word of help it is not listed: the window starts it, nobody else
    commands.add_parser("work", add_help=False).set_defaults(run=_runs("work"))
    return top


def window_parser() -> argparse.ArgumentParser:
    """The command line of the window: what is given without a subcommand."""
    window = argparse.ArgumentParser(
        prog=COMMAND,
        usage=f"{COMMAND} [--screenshot FILE] [--size WIDTHxHEIGHT] [--theme dark|light] [PATH…]",
        description="The window, with these scans, and those in these folders, on the worklist.",
        epilog=_DISCLAIMER,
        allow_abbrev=False,
    )
    window.add_argument("paths", metavar="PATH", nargs="*", type=Path)
    window.add_argument(
        "--screenshot",
        metavar="FILE",
        type=Path,
        help="wait for the readings, save the window as PNG, and exit",
    )
    window.add_argument("--size", metavar="WIDTHxHEIGHT", type=_size, help="of the window, such as 1920x1080")
    window.add_argument("--theme", choices=("dark", "light"), help="this time only")
    return window


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1920x1080")
    return int(width), int(height)


def _runs(module: str, function: str = "run") -> Callable[[argparse.Namespace], int]:
    def run(chosen: argparse.Namespace) -> int:
        return int(getattr(import_module(f"core.cli.{module}"), function)(chosen))

    return run


def _add_read(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a scan, or a folder of scans")
    command.add_argument("--out", type=Path, metavar="results.csv", help="write a row a scan to this file")
    command.add_argument(
        "--heatmaps", type=Path, metavar="DIR", help="write each scan's evidence as .png and .npy"
    )
    _add_engine(command)
    command.add_argument(
        "--threshold", type=_share, metavar="T", help="call it PNEUMONIA from this probability on"
    )
    command.add_argument("--resume", action="store_true", help="keep the readings that --out has already")
    command.set_defaults(run=_runs("read"))


def _add_engine(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", default="", metavar="NAME|PATH", help="default: the active model")
    command.add_argument("--engine", choices=("auto", "torch", "openvino"), default="auto")
    _add_device(command)
    command.add_argument("--precision", choices=("auto", "fp32", "int8"), default="auto")


def _add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument("--device", choices=("auto", "cuda", "cpu"), default="auto")


def _add_web(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="default: 127.0.0.1, which only this computer reaches",
    )
    command.add_argument(
        "--port", type=_port, default=7860, metavar="N", help="default: 7860; 0: any that is free"
    )
    _add_engine(command)
    command.add_argument("--threshold", type=_share, metavar="T", help="default: the model's operating point")
    command.add_argument(
        "--no-browser",
        dest="open_browser",
        action="store_false",
        help="only tell the address; open no browser",
    )
    command.set_defaults(run=_runs("web"))


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "dataset",
        metavar="DATASET",
        type=Path,
        help="NORMAL/ and PNEUMONIA/, or test/ with those; or a table (.csv) of scans and labels",
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="metrics.json, report.pdf, figures"
    )
    _add_engine(command)
    command.add_argument("--threshold", type=_share, metavar="T", help="default: the model's operating point")
    command.add_argument(
        "--against", metavar="NAME|PATH", help="compare with another model on the same scans: comparison.pdf"
    )
    command.set_defaults(run=_runs("evaluate"))


def _add_train(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "datasets",
        metavar="DATASET",
        nargs="+",
        type=Path,
        help="NORMAL/ and PNEUMONIA/, or train/ val/ test/, or a table (.csv) of files and labels",
    )
    add("--out", type=Path, metavar="DIR", help="where the model and its reports go; not needed to check")
    add("--name", default="", help="the model's name; default: that of DIR")
    add(
        "--ages",
        type=_ages,
        nargs="+",
        metavar="FROM-TO",
        help="of each DATASET's patients, in years: 1-5 18-95",
    )
    _add_device(command)
    add("--resume", action="store_true", help="go on with the run that was interrupted in DIR")
    add("--check", action="store_true", help="only say what is found in the DATASETs, and train nothing")
    add(
        "--preset",
        choices=tuple(PRESETS),
        default="fine-tune",
        help="the recipe that the options below change",
    )
    # What is not given is None and stays as the preset has it.
    recipe = command.add_argument_group("recipe")
    add = recipe.add_argument
    add("--backbone", choices=BACKBONES)
    add("--head", choices=HEADS)
    add("--init", metavar="bundled|imagenet|random|PATH", help="the weights to start from")
    add("--freeze-backbone", action=argparse.BooleanOptionalAction, default=None, help="train the head only")
    add(
        "--cache-features",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="with a frozen backbone: run it over each scan once",
    )
    add("--epochs", type=_positive, metavar="N")
    add(
        "--patience",
        type=_zero_or_more,
        metavar="N",
        help="stop after N epochs that were no better on validation; 0: never",
    )
    add("--batch-size", type=_two_or_more, metavar="N")
    add("--lr", type=_rate, metavar="X", help="learning rate; the peak of a one-cycle schedule")
    add("--size", type=_side, metavar="PIXELS", help="side of the network's input")
    add("--small-size", type=_side, nargs="+", metavar="PIXELS", help="side in the first epochs, in turn …")
    add("--small-epochs", type=_zero_or_more, nargs="+", metavar="N", help="… and how many epochs with each")
    add("--seed", type=_zero_or_more, metavar="N")
    add("--optimizer", choices=("adam", "adamw"))
    add("--weight-decay", type=_not_negative, metavar="X")
    add("--schedule", choices=("constant", "onecycle", "plateau"))
    add("--label-smoothing", type=_share, metavar="X")
    add(
        "--class-weights",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="let both classes count alike",
    )
    add("--augment", choices=("none", "flips", "strong", "wide"))
    add(
        "--standardise",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="bring each picture to mean 0, std 1",
    )
    add(
        "--tone",
        type=_share,
        metavar="X",
        help="… and before, its darkest and two middle greys to fixed places, so far: 0 to 1",
    )
    add("--reading-tone", type=_share, metavar="X", help="the same where the model reads, if otherwise")
    add(
        "--focus",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="weigh the feature map by where lungs are",
    )
    add("--average", type=_share, metavar="X", help="decay of a running average of the weights; 0 for none")
    add(
        "--repeat", type=_positive, nargs="+", metavar="N", help="how often each DATASET is taken in an epoch"
    )
    add(
        "--balance",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="take as many scans of each class in an epoch, drawn anew",
    )
    add("--mixup", type=_not_negative, metavar="X", help="mix pictures and labels, by Beta(X, X); 0: don't")
    add(
        "--consistency",
        type=_not_negative,
        metavar="X",
        help="two changed copies of each scan, to be answered alike: its weight in the loss; 0: don't",
    )
    add("--keep", choices=("last", "best"), help="the last epoch, or that of the best validation accuracy")
    add("--int8", action=argparse.BooleanOptionalAction, default=None, help="make the int8 form too")
    add("--validation-share", type=_part, metavar="X", help="share of patients split off for validation")
    add("--validation", choices=("random", "first"), help="who that is: drawn, or the first by number")
    command.set_defaults(run=_runs("train"))


def _add_models(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, function: str, told: str, *takes: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=told)
        for each in takes:
            made.add_argument(each, metavar=each.upper())
        made.set_defaults(run=_runs("models", function))
        return made

    action("list", "list_all", "the models there are")
    action("show", "show", "what is known of a model", "name")
    add = action("import", "take_in", "check a model file and take it into the library")
    add.add_argument("file", type=Path)
    add.add_argument("--name", default="", help="default: what it calls itself")
    action("export", "export", "copy a model to a file", "name").add_argument("file", type=Path)
    action("activate", "activate", "read with this model from now on", "name")
    action("rollback", "roll_back", "read with the model that was active before")
    action("rename", "rename", "call a model of one's own otherwise", "name", "new_name")
    action("copy", "copy", "make a model of one's own that is like another", "name", "new_name")
    note = action("note", "note", "print or write the note on a model", "name")
    note.add_argument("text", nargs="?", help='the new note; "" takes it away')
    action("remove", "remove", "delete a model of one's own", "name")


def _number(text: str, low: float, high: float, what: str, open_low: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (low < value if open_low else low <= value) or not value <= high:
        raise argparse.ArgumentTypeError(f"{what}, not {text}")
    return value


def _whole(text: str, low: int, high: int, what: str) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{what}, not {text}")
    return int(text)


def _share(text: str) -> float:
    return _number(text, 0, 1, "a number from 0 to 1")


def _ages(text: str) -> tuple[float, float]:
    low, dash, high = text.partition("-")
    try:
        ages = float(low), float(high if dash else low)
    except ValueError:
        ages = (-1.0, -1.0)
    if not 0 <= ages[0] <= ages[1] <= 130:
        raise argparse.ArgumentTypeError(f"{text!r} is not an age or ages from and to, as 1-5")
    return ages


def _part(text: str) -> float:
    return _number(text, 0.01, 0.5, "a number from 0.01 to 0.5")


def _rate(text: str) -> float:
    return _number(text, 0, 10, "a number above 0", open_low=True)


def _not_negative(text: str) -> float:
    return _number(text, 0, 10, "a number of at least 0")


def _port(text: str) -> int:
    return _whole(text, 0, 65535, "a whole number from 0 to 65535")


def _positive(text: str) -> int:
    return _whole(text, 1, 1_000_000, "a whole number of at least 1")


def _zero_or_more(text: str) -> int:
    return _whole(text, 0, 1 << 31, "a whole number of at least 0")


def _two_or_more(text: str) -> int:
    return _whole(text, 2, 100_000, "a whole number of at least 2")


def _side(text: str) -> int:
    return _whole(text, 64, 1024, "a whole number from 64 to 1024")
