"""What PyInstaller finds and the application does not need, with the reason why it is safe to leave out.

A file is named by its place in the bundle, with slashes. The first rule that fits it decides; what none fits
stays. `package-test` proves the whole: the self-test runs every decoder, both engines, a fine-tuning and the
reports on what is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

#: The only codecs of imagecodecs that `core.imaging` calls, and what they share.
CODECS = ("jpeg2k", "jpegls", "jpeg8", "png", "tiff", "shared", "shared_cython")

HIDDEN_IMPORTS = [
    # imagecodecs loads its codecs by name when they are first called
    *(f"imagecodecs._{codec}" for codec in CODECS),
    "openvino.frontend.pytorch.ts_decoder",
]

#: Not to be followed at all. openvino_telemetry would report to a server: see core/model/openvino_offline.py.
EXCLUDED_MODULES = [
    "readline",  # under the GPL; torch imports it by way of the debugger, which nobody can call
    *("openvino_telemetry", "openvino.tools", "tkinter", "_tkinter", "PIL.ImageTk", "turtle", "idlelib"),
    *("IPython", "jupyter_client", "notebook", "pytest", "_pytest", "hypothesis", "expecttest", "mypy"),
    *("pip", "ensurepip", "PyInstaller", "tensorboard", "tensorflow", "onnx", "onnxruntime", "pandas"),
    *("PyQt5", "PyQt6", "PySide2", "gi", "lxml", "numba", "dask", "cupy", "jax", "triton"),
    *("torch.utils.tensorboard", "torch.utils.benchmark"),
]


@dataclass(frozen=True)
class Rule:
    """Of files whose place fits `pattern` (`*` passes over slashes): whether they stay, and why."""

    pattern: str
    why: str
    stays: bool = False


def _keep(pattern: str, why: str) -> Rule:
    return Rule(pattern, why, stays=True)


RULES: tuple[Rule, ...] = (
    # torch
    _keep("torch/bin/torch_shm_manager", "torch looks for it when it is imported"),
    Rule("torch/bin/*", "programs that test torch, and protoc"),
    Rule("torch/include/*", "headers, to compile extensions with"),
    Rule("torch/share/*", "CMake files, to compile extensions with"),
    Rule("torch/test/*", "torch's own tests"),
    Rule("torch/lib/libjitbackend_test*", "torch's own tests"),
    Rule("torch/lib/libtorchbind_test*", "torch's own tests"),
    Rule("torch/lib/libbackend_with_compiler*", "torch's own tests"),
    Rule("torch/lib/libaoti_custom_ops*", "torch's own tests"),
    Rule("torch/lib/libshm_windows*", "sources"),
    # torchvision: networks and weights are Python; see core/model/torchvision_compat.py
    Rule("torchvision/_C*", "detection operators, which are never called"),
    Rule("torchvision/image*", "torchvision's own readers of pictures, which are never called"),
    Rule("torchvision.libs/*", "what those link"),
    # OpenVINO: the CPU plug-in, its own format for reading, torch's for making that
    _keep("openvino/libs/*openvino_*_cpu_plugin*", "the CPU"),
    _keep("openvino/libs/*openvino_ir_frontend*", "reads a checkpoint's graph"),
    _keep("openvino/libs/*openvino_pytorch_frontend*", "makes a trained network's graph"),
    Rule("openvino/libs/*_npu_*", "other devices than the CPU, which nobody can choose"),
    Rule("openvino/libs/*plugin*", "other devices than the CPU, which nobody can choose"),
    Rule("openvino/libs/*frontend*", "other formats"),
    Rule("openvino/libs/*openvino_c.*", "the interface for C"),
    Rule(
        "openvino/libs/*tbbmalloc_proxy*", "replaces the process's memory functions; not loaded by OpenVINO"
    ),
    Rule("openvino/libs/cache.json", "of the GPU plug-in"),
    Rule("openvino/libs/*.pc", "to compile with"),
    Rule("openvino/cmake/*", "to compile with"),
    Rule("openvino/include/*", "to compile with"),
    # imagecodecs
    *(_keep(f"imagecodecs/_{codec}.*", "called by core.imaging") for codec in CODECS),
    Rule("imagecodecs/_*", "codecs that are never called"),
    # Qt: widgets and SVG on X11 and Wayland (Windows, macOS), and pictures without a screen
    _keep("PySide6/*/platforms/*qxcb.*", "X11"),
    _keep("PySide6/*/platforms/*qwayland*", "Wayland"),
    _keep("PySide6/*/platforms/*qoffscreen*", "--screenshot without a screen"),
    _keep("PySide6/*/platforms/*qwindows*", "Windows"),
    _keep("PySide6/*/platforms/*qcocoa*", "macOS"),
    Rule("PySide6/*/platforms/*", "screens without a desktop"),
    Rule("PySide6/*/egldeviceintegrations/*", "screens without a desktop"),
    Rule("PySide6/*/generic/*", "screens without a desktop"),
    _keep("PySide6/*/imageformats/*qjpeg*", "pasted pictures"),
    _keep("PySide6/*/imageformats/*qsvg*", "icons"),
    _keep("PySide6/*/imageformats/*qico*", "the window's icon on Windows"),
    _keep("PySide6/*/imageformats/*qgif*", "pasted pictures"),
    Rule("PySide6/*/imageformats/*", "scans are decoded by core.imaging, not by Qt"),
    Rule("PySide6/*/platformthemes/*qgtk3*", "the window draws itself (Fusion); it would need GTK"),
    Rule("PySide6/*/platforminputcontexts/*virtualkeyboard*", "needs Qt Quick"),
    Rule("PySide6/*/tls/*", "nothing of ours uses the network by Qt"),
    Rule("PySide6/*/networkinformation/*", "nothing of ours uses the network by Qt"),
    Rule("PySide6/*/sqldrivers/*", "the store is Python's sqlite3"),
    Rule("PySide6/*/printsupport/*", "nothing is printed by Qt"),
    Rule("PySide6/*/qml*", "no Qt Quick"),
    Rule("PySide6/*/wayland-graphics-integration-server/*", "for programs that are compositors"),
    Rule("PySide6/*/vectorimageformats/*", "needs Qt Quick"),
    Rule("PySide6/*/translations/*", "the window speaks English; see `languages`"),
    Rule("PySide6/*/qml/*", "no Qt Quick"),
    Rule("PySide6/QtNetwork*", "nothing of ours uses the network by Qt"),
    *(
        Rule(f"PySide6/*Qt6{name}*", "nothing of ours uses this part of Qt")
        for name in (
            "Network",
            "Qml",
            "Quick",
            "Labs",
            "Pdf",
            "Designer",
            "VirtualKeyboard",
            "EglFs",
            "EglFS",
        )
    ),
    *(
        Rule(f"PySide6/*Qt6{name}*", "nothing of ours uses this part of Qt")
        for name in ("Sql", "PrintSupport", "Lottie", "Help", "UiTools", "WaylandCompositor")
    ),
    Rule("PySide6/opengl32sw.dll", "draws OpenGL without a graphics card; widgets are drawn without OpenGL"),
    # Data of libraries
    Rule("matplotlib/mpl-data/sample_data/*", "examples"),
    Rule("matplotlib/mpl-data/images/*", "buttons of matplotlib's own window"),
    Rule("matplotlib/mpl-data/fonts/afm/*", "fonts of PostScript files, which are never written"),
    Rule("sklearn/datasets/*", "examples"),
    Rule("pydicom/data/test_files/*", "examples"),
    Rule("pydicom/data/hashes.json", "where to download examples: lungfield.spec puts an empty one there"),
    Rule("pydicom/data/urls.json", "where to download examples: lungfield.spec puts an empty one there"),
    Rule("cv2/data/*", "cascades that find faces"),
    Rule("cv2/qt/*", "of the build with a window"),
    Rule("PIL/_avif*", "AVIF is not read"),
    Rule("PIL/_imagingtk*", "no Tk"),
    Rule("_tcl_data/*", "no Tk"),
    Rule("_tk_data/*", "no Tk"),
    Rule("tcl8/*", "no Tk"),
    Rule("setuptools/*", "installs packages"),
    Rule("reportlab/fonts/*", "the reports bring DejaVu, from matplotlib"),
    Rule("nncf/torch/*", "quantises torch's networks; OpenVINO's are quantised"),
    Rule("nncf/onnx/*", "quantises ONNX networks"),
    # Everywhere
    Rule("*/tests/*", "tests"),
    Rule("*/testing/data/*", "tests"),
    *(
        Rule(f"*.{ending}", "to compile with")
        for ending in ("h", "hpp", "cuh", "pxd", "pxi", "pyx", "a", "lib", "cmake", "pc", "c", "cpp")
    ),
    Rule("*.pyi", "types, for editors"),
)

#: Of Linux distributions, which have them in packages that Lungfield's declares: what talks to the desktop
#: must be the desktop's own, and the C++ runtime the newest there is.
SYSTEM_LIBRARIES = (
    *(
        "libX11*",
        "libXau*",
        "libXdmcp*",
        "libXext*",
        "libXrender*",
        "libxcb*",
        "libxkbcommon*",
        "libwayland-*",
    ),
    *("libEGL*", "libGL*", "libGLX*", "libgbm*", "libdrm*", "libgtk*", "libgdk*", "libpango*", "libcairo*"),
    *("libatk*", "libglib*", "libgobject*", "libgio*", "libgmodule*", "libgthread*", "libfontconfig*"),
    *("libfreetype*", "libdbus*", "libsystemd*", "libcap*", "libselinux*", "libmount*", "libblkid*"),
    *("libstdc++*", "libgcc_s*", "libharfbuzz*", "libfribidi*", "libpixman*", "libthai*", "libdatrie*"),
    *("libgraphite2*", "libepoxy*", "libXi*", "libXcursor*", "libXfixes*", "libXdamage*", "libXrandr*"),
    *("libXinerama*", "libXcomposite*", "libgcrypt*", "libgpg-error*", "libpcre2*", "libcups*", "libvulkan*"),
    *(
        "libatspi*",
        "libpng16*",
        "libexpat*",
        "libz.so*",
        "libuuid*",
        "libgdk_pixbuf*",
        "libtiff*",
        "libjpeg*",
    ),
)

_FROM_THE_SYSTEM = re.compile(r"^/(usr/)?lib(64)?/")

#: The sources of torch and torchvision lie beside the compiled modules, 60 MB of them. These alone are read
#: again while the program runs: settings with their comments, and overloads of functions.
_SOURCES = ("torch/*.py", "torchvision/*.py")
_READ_AGAIN = re.compile(r"install_config_module\(|\b_overload(_method)?\b|torch\.jit\.script")

#: Modules that stay although a rule below would leave them out.
_MODULES_TO_KEEP = re.compile(
    r"^(torch\.testing|numpy\.testing|scipy\._lib|sympy\.testing|sklearn\.utils)(\.|$)"
)
_MODULES_TO_LEAVE_OUT = re.compile(
    r"(^|\.)(tests|conftest)(\.|$)"
    r"|^torch\.(testing\._internal\.(opinfo|distributed|optests)|_inductor\.codegen\.(cuda|rocm|xpu))(\.|$)"
    r"|^nncf\.(onnx|experimental\.torch2?|torch)(\.|$)"
)


def rule_for(place: str) -> Rule | None:
    """The rule that decides about a file at `place` in the bundle; None where none does."""
    path = PurePath(place).as_posix()
    return next((rule for rule in RULES if fnmatchcase(path, rule.pattern)), None)


def stays(place: str, source: str = "") -> bool:
    """Whether a file stays in the bundle.

    Args:
        place: in the bundle.
        source: where PyInstaller found it.
    """
    if is_of_the_system(place, source):
        return False
    if any(fnmatchcase(place, each) for each in _SOURCES):
        return bool(_READ_AGAIN.search(Path(source).read_text("utf-8")))
    rule = rule_for(place)
    return rule is None or rule.stays


def is_of_the_system(place: str, source: str) -> bool:
    """Whether this is a library that the Linux distribution has in a package."""
    name = PurePath(place).name
    return bool(_FROM_THE_SYSTEM.match(source)) and any(fnmatchcase(name, each) for each in SYSTEM_LIBRARIES)


def module_stays(name: str) -> bool:
    """Whether a module of Python stays in the archive."""
    return bool(_MODULES_TO_KEEP.match(name)) or not _MODULES_TO_LEAVE_OUT.search(name)
