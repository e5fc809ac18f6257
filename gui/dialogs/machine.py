"""What this computer can read with, and which choices contradict each other."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from core.engine.select import nvidia_driver_present

# By this name lupdate finds what has to be translated
translate = QCoreApplication.translate


@dataclass(frozen=True)
class Machine:
    """What is there: an NVIDIA driver, and the libraries of the two engines."""

    nvidia: bool
    torch: bool
    openvino: bool

    @classmethod
    def here(cls) -> Machine:
        """This computer; costs milliseconds and imports neither engine."""
        return cls(
            nvidia_driver_present(),
            importlib.util.find_spec("torch") is not None,
            importlib.util.find_spec("openvino") is not None,
        )

    def obstacle(self, engine: str, device: str, precision: str) -> str:
        """Why these three, as in Settings, cannot be had together here; empty where they can."""
        needs_torch = engine == "torch" or device == "cuda"
        if engine == "openvino" and device == "cuda":
            return translate("Machine", "OpenVINO reads on the processor only, not on a graphics card.")
        if needs_torch and precision == "int8":
            return translate(
                "Machine", "PyTorch, which graphics cards need, does not read at int8; OpenVINO does."
            )
        if device == "cuda" and not self.nvidia:
            return translate("Machine", "There is no NVIDIA graphics card with a driver in this computer.")
        if needs_torch and not self.torch:
            return translate("Machine", "PyTorch is not installed.")
        if (engine == "openvino" or precision == "int8") and not self.openvino:
            return translate("Machine", "OpenVINO is not installed.")
        return ""
