"""OpenVINO without its telemetry.

`import openvino` and `import nncf` report to Google Analytics unless the package `openvino_telemetry`
cannot be imported. Lungfield is offline: nothing on a workstation that holds patients' scans calls out.
"""

from __future__ import annotations

import sys
from types import ModuleType


def import_openvino() -> ModuleType:
    """The module `openvino`. Everything of Lungfield that needs it, or nncf, gets it by this.

    Raises:
        ImportError: it is not installed.
    """
    # None in sys.modules makes an import fail, and both packages then use a stand-in that does nothing.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino
