"""What stays out of the packaged application, and what must not."""

from __future__ import annotations

from pathlib import Path

import pytest

SYSTEM = "/usr/lib/x86_64-linux-gnu/"


@pytest.fixture
def pruning(script):
    return script("pruning")


@pytest.fixture
def bundle(script):
    return script("bundle")


@pytest.mark.parametrize(
    "place",
    [
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cpu.so",
        "openvino/libs/libopenvino_intel_cpu_plugin.so",
        "openvino/libs/openvino_intel_cpu_plugin.dll",
        "openvino/libs/libopenvino_arm_cpu_plugin.so",
        "openvino/libs/libopenvino_ir_frontend.so.2641",
        "openvino/libs/libopenvino_pytorch_frontend.so.2641",
        "openvino/libs/libopenvino.so.2641",
        "openvino/libs/libtbb.so.12",
        "openvino/libs/openvino_ir_frontend.dll",
        "imagecodecs/_jpeg2k.abi3.so",
        "imagecodecs/_jpegls.pyd",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/lib/libQt6Gui.so.6",
        "PySide6/Qt/lib/libQt6WaylandClient.so.6",
        "matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf",
        "resources/models/lungfield-resnet18.safetensors",
        "resources/icons/lungfield.svg",
    ],
)
def test_what_the_application_needs_stays(pruning, place):
    assert pruning.stays(place)


@pytest.mark.parametrize(
    "place",
    [
        "torch/bin/protoc",
        "torch/include/ATen/ATen.h",
        "torch/lib/libtorch.a",
        "openvino/libs/libopenvino_intel_gpu_plugin.so",
        "openvino/libs/libopenvino_intel_npu_plugin.so",
        "openvino/libs/openvino_intel_npu_compiler.dll",
        "openvino/libs/libopenvino_onnx_frontend.so.2641",
        "openvino/libs/cache.json",
        "imagecodecs/_jpegxl.abi3.so",
        "torchvision/_C.so",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "pydicom/data/test_files/CT_small.dcm",
        "scipy/optimize/tests/data.npz",
        "cv2/data/haarcascade_eye.xml",
    ],
)
def test_what_it_does_not_need_goes(pruning, place):
    assert not pruning.stays(place)


def test_windows_separators_are_understood(pruning):
    assert not pruning.stays("torch\\include\\ATen\\ATen.h".replace("\\", "/"))


def test_libraries_of_the_desktop_come_from_the_system_but_pythons_own_do_not(pruning):
    assert not pruning.stays("libX11.so.6", f"{SYSTEM}libX11.so.6")
    assert not pruning.stays("libstdc++.so.6", f"{SYSTEM}libstdc++.so.6")
    assert pruning.stays("libsqlite3.so.0", f"{SYSTEM}libsqlite3.so.0")
    assert pruning.stays(
        "libpng16.so.16", "/build/venv/lib/python3.11/site-packages/numpy.libs/libpng16.so.16"
    )


def test_every_rule_says_why_and_decides_something(pruning):
    for number, rule in enumerate(pruning.RULES):
        assert rule.why
        earlier = [each.pattern for each in pruning.RULES[:number]]
        assert rule.pattern not in earlier, f"{rule.pattern} is decided already"


@pytest.mark.parametrize(
    "name", ["torch.testing", "torch.testing._internal", "torch._dynamo", "numpy.testing"]
)
def test_modules_that_look_like_tests_and_are_imported_stay(pruning, name):
    assert pruning.module_stays(name)


@pytest.mark.parametrize("name", ["sklearn.tests", "scipy.signal.tests.test_wavelets", "nncf.onnx.engine"])
def test_modules_of_tests_go(pruning, name):
    assert not pruning.module_stays(name)


def test_libraries_that_only_a_pruned_module_linked_go_with_it(bundle):
    links = {
        "/s/_png.so": ["libpng.so"],
        "/s/libpng.so": ["libz.so"],
        "/s/_avif.so": ["libavif.so"],
        "/s/libavif.so": ["libaom.so", "libz.so"],
    }
    binaries = [
        ("imagecodecs/_png.abi3.so", "/s/_png.so", "EXTENSION"),
        ("imagecodecs/_avif.abi3.so", "/s/_avif.so", "EXTENSION"),
        *((f"imagecodecs.libs/{name}", f"/s/{name}", "BINARY") for name in ("libpng.so", "libz.so")),
        *((f"imagecodecs.libs/{name}", f"/s/{name}", "BINARY") for name in ("libavif.so", "libaom.so")),
        ("libz.so", "imagecodecs.libs/libz.so", "SYMLINK"),
        ("libaom.so", "imagecodecs.libs/libaom.so", "SYMLINK"),
    ]
    kept, _ = bundle.pruned(binaries, [], lambda source: links.get(source, []), ["/s/"])
    assert [place for place, _, _ in kept] == [
        "imagecodecs/_png.abi3.so",
        "imagecodecs.libs/libpng.so",
        "imagecodecs.libs/libz.so",
        "libz.so",
    ]


def test_a_link_goes_with_what_it_leads_to(bundle):
    gone = ("libQt6Network.so.6", "PySide6/Qt/lib/libQt6Network.so.6", "SYMLINK")
    stays = ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK")
    real = [(entry[1], f"/s/{entry[0]}", "BINARY") for entry in (gone, stays)]
    binaries, datas = bundle.pruned(real, [gone, stays], lambda _: [], ["/s/"])
    assert [place for place, _, _ in binaries] == ["PySide6/Qt/lib/libQt6Core.so.6"]
    assert datas == [stays]


def test_libraries_of_the_build_machine_stay_only_where_they_are_linked(bundle):
    binaries = [
        ("python3.11/lib-dynload/_sqlite3.so", "/python/lib/_sqlite3.so", "EXTENSION"),
        ("libsqlite3.so.0", f"{SYSTEM}libsqlite3.so.0", "BINARY"),
        ("libcudart.so.13", "/opt/cuda/lib/libcudart.so.13", "BINARY"),
        ("libpython3.11.so.1.0", f"{SYSTEM}libpython3.11.so.1.0", "BINARY"),
    ]
    links = {"/python/lib/_sqlite3.so": ["libsqlite3.so.0"]}
    kept, _ = bundle.pruned(binaries, [], lambda source: links.get(source, []), ["/python/"])
    assert "libcudart.so.13" not in [place for place, _, _ in kept]
    assert len(kept) == 3


def test_what_is_of_the_system_is_known_by_where_it_was_found(bundle):
    binaries = [
        ("libssl.so.3", SYSTEM + "libssl.so.3", "BINARY"),
        ("libpython3.11.so.1.0", SYSTEM + "libpython3.11.so.1.0", "BINARY"),
        ("numpy/core.so", "/python/numpy/core.so", "EXTENSION"),
        ("numpy.libs/libgfortran.so", "/python/numpy.libs/libgfortran.so", "BINARY"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
    ]
    assert bundle.of_the_system(binaries, ["/python/"]) == [SYSTEM + "libssl.so.3"]


def test_python_itself_stays_where_it_is_a_framework(bundle):
    """On macOS nothing in the bundle links it: the programs that start it open it by name."""
    framework = "Python.framework/Versions/3.11/Python"
    binaries = [(framework, f"/Library/Frameworks/{framework}", "BINARY"), ("Python", framework, "SYMLINK")]
    assert bundle.pruned(binaries, [], lambda _: [], ["/python/"])[0] == binaries


def test_of_torchs_sources_only_those_stay_that_are_read_again(pruning, tmp_path):
    read, unread = tmp_path / "config.py", tmp_path / "functional.py"
    read.write_text("install_config_module(sys.modules[__name__])")
    unread.write_text("def relu(): ...")
    assert pruning.stays("torch/_dynamo/config.py", str(read))
    assert not pruning.stays("torch/nn/functional.py", str(unread))


def test_only_the_metadata_of_what_ships_is_kept(bundle):
    (place, source, kind), *others = bundle.metadata_of(["numpy", "shiboken6"])
    assert (place.startswith("numpy-"), place.endswith(".dist-info/METADATA"), kind) == (True, True, "DATA")
    assert "Name: numpy" in Path(source).read_text("utf-8")
    assert len(others) == 1


def test_what_is_left_out_is_told_by_its_reason(script, tmp_path):
    sizes = script("sizes")
    names = ("torch/bin/protoc", "torch/lib/libtorch_cpu.so", "a.libs/libz.so")
    files = [tmp_path / str(number) for number in range(3)]
    for file in files:
        file.write_bytes(bytes(2 << 20))
    before = [(name, str(file), "BINARY") for name, file in zip(names, files, strict=True)]
    assert sizes.left_out(before, before[1:2]) == [
        "| torch: programs that test torch, and protoc | 2 |",
        "| linked by nothing that stays | 2 |",
        "| together | 4 |",
    ]
