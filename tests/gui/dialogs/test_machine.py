"""What can be had here, as the settings dialog offers it."""

from __future__ import annotations

import pytest

from gui.dialogs.machine import Machine


@pytest.mark.parametrize(
    "machine",
    [
        Machine(True, True, True),
        Machine(False, True, True),
        Machine(False, False, True),
        Machine(True, True, False),
    ],
)
def test_what_is_offered_is_what_the_engines_take(machine: Machine) -> None:
    """Compared with `core.engine.select.choose`, in words of its own."""
    for engine in ("auto", "torch", "openvino"):
        for device in ("auto", "cuda", "cpu"):
            for precision in ("auto", "fp32", "int8"):
                by_torch = machine.torch and precision != "int8" and (device != "cuda" or machine.nvidia)
                by_openvino = machine.openvino and device != "cuda"
                works = {
                    "torch": by_torch,
                    "openvino": by_openvino,
                    "auto": by_torch if device == "cuda" else by_torch or by_openvino,
                }[engine]
                assert (machine.obstacle(engine, device, precision) == "") is works


def test_this_computer_can_read() -> None:
    assert Machine.here().obstacle("auto", "auto", "auto") == ""
