from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core.engine import select
from core.engine.openvino_engine import OpenVinoEngine
from core.engine.select import choose
from core.engine.torch_engine import TorchEngine
from core.errors import EngineError, ModelError
from core.imaging.preprocess import preprocess
from core.imaging.scan import Scan
from core.model.checkpoint import BACKBONES, HEADS, Int8Check, save
from core.reading.reader import Reader
from tests.conftest import ROOT
from tests.models import SIZE, checkpoint, network
from tests.pictures import radiograph


def _scans(count=4):
    pictures = [radiograph(seed, opacity=bool(seed % 2)) for seed in range(count)]
    return [Scan(picture.astype(np.float32) / 255) for picture in pictures]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("backbone", BACKBONES)
def test_both_engines_agree_in_probability(backbone, head):
    model = checkpoint(backbone, head)
    ours = Reader(model, OpenVinoEngine(model)).read_batch(_scans())
    reference = Reader(model, TorchEngine(model, "cpu")).read_batch(_scans())
    difference = max(abs(a.probability - b.probability) for a, b in zip(ours, reference, strict=True))
    assert difference < 1e-3
    assert len({round(reading.probability, 6) for reading in ours}) == 4, (
        "the scans must differ to tell anything"
    )


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_reader_says_what_the_whole_network_says(backbone):
    """Cut, pooled and put together again: the same as torch's own forward pass."""
    model, whole = checkpoint(backbone, "mlp"), network(backbone, "mlp")
    scans = _scans(2)
    x = torch.from_numpy(np.stack([preprocess(scan, model.preprocessing) for scan in scans]))
    with torch.no_grad():
        expected = torch.softmax(whole(x), 1)[:, 1].numpy()
    readings = Reader(model, TorchEngine(model, "cpu")).read_batch(scans)
    np.testing.assert_allclose([r.probability for r in readings], expected, atol=1e-5)


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_features_have_the_shapes_the_protocol_promises(engine):
    model = checkpoint()
    features = choose(model, engine, "cpu").engine.features(np.zeros((3, 1, SIZE, SIZE), np.float32))
    assert (features.maps.shape, features.middle.shape) == ((3, 512, 2, 2), (3, 128))
    assert features.maps.dtype == features.middle.dtype == np.float32


def test_earlier_features_survive_the_next_call():
    engine = OpenVinoEngine(checkpoint())
    first = engine.features(np.zeros((1, 1, SIZE, SIZE), np.float32))
    kept = first.maps.copy()
    engine.features(np.ones((1, 1, SIZE, SIZE), np.float32))
    np.testing.assert_array_equal(first.maps, kept)


def test_what_is_under_way_together_comes_back_to_who_began_it():
    """More than the engine works on at once, asked for in another order, and one never asked for."""
    engine = OpenVinoEngine(checkpoint())
    batches = [np.full((1, 1, SIZE, SIZE), level, np.float32) for level in range(3 * engine.depth)]
    alone = [engine.features(batch).maps for batch in batches]
    together = [engine.begin(batch) for batch in batches]
    for number in reversed(range(1, len(batches))):
        np.testing.assert_array_equal(together[number]().maps, alone[number])
        np.testing.assert_array_equal(together[number]().maps, alone[number], "asked twice")


def test_a_batch_that_changes_after_it_was_begun_is_read_as_it_was():
    engine = OpenVinoEngine(checkpoint())
    batch = np.ones((1, 1, SIZE, SIZE), np.float32)
    expected = engine.features(batch.copy()).maps
    pending = engine.begin(batch)
    batch[:] = 0
    np.testing.assert_array_equal(pending().maps, expected)


@pytest.mark.parametrize(
    ("check", "has_instructions", "precision", "why"),
    [
        (Int8Check(500, 0.019, 0.05, 0.0019), True, "int8", "less than 0.019"),
        (Int8Check(500, 0.019, 0.05, 0.0019), False, "fp32", "gains next to nothing"),
        (Int8Check(500, 0.02, 0.05, 0.0), True, "fp32", "too far"),
        (Int8Check(500, 0.0, 0.0, 0.002), True, "fp32", "too far"),
        (None, True, "fp32", "nothing is known"),
    ],
)
def test_int8_is_used_unasked_only_where_nobody_would_notice(
    monkeypatch, check, has_instructions, precision, why
):
    """The processor's answer is set: this machine has only one."""
    monkeypatch.setattr(select, "multiplies_int8", lambda: has_instructions)
    choice = choose(replace(checkpoint(int8=True), int8_check=check), device="cpu")
    assert choice.engine.precision == precision
    assert why in choice.why


def test_what_the_processor_can_do_is_asked_and_not_guessed():
    assert select.multiplies_int8() in (True, False)
    if sys.platform == "linux" and platform.machine() == "x86_64":
        flags = Path("/proc/cpuinfo").read_text().split()
        assert select.multiplies_int8() == bool({"avx512_vnni", "avx_vnni"} & set(flags))


def test_int8_reads_nearly_as_fp32():
    model = checkpoint(int8=True)
    exact = OpenVinoEngine(model, "fp32").features(
        np.stack([s.pixels[:SIZE, :SIZE] for s in _scans()])[:, None]
    )
    small = OpenVinoEngine(model, "int8").features(
        np.stack([s.pixels[:SIZE, :SIZE] for s in _scans()])[:, None]
    )
    correlation = np.corrcoef(exact.maps.ravel(), small.maps.ravel())[0, 1]
    assert correlation > 0.95


def test_what_cannot_be_had_is_said():
    model = checkpoint()
    for wanted, words in (
        (("openvino", "cuda", "auto"), "CPU only"),
        (("openvino", "auto", "int8"), "int8"),
        (("torch", "cpu", "int8"), "int8"),
    ):
        with pytest.raises(EngineError, match=words):
            choose(model, *wanted)
    if not torch.cuda.is_available():
        with pytest.raises(EngineError, match="CUDA"):
            choose(model, "torch", "cuda")


@pytest.fixture
def useless_gpu(monkeypatch):
    """As torch shows a card that it has no kernels for: available, and whatever is done there fails."""

    def no_kernel(*_, **__):
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device")

    monkeypatch.setattr(select, "nvidia_driver_present", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.Tensor, "pin_memory", no_kernel)
    to = torch.nn.Module.to
    monkeypatch.setattr(
        torch.nn.Module,
        "to",
        lambda module, *a, **k: module if a and a[0].type == "cuda" else to(module, *a, **k),
    )


@pytest.mark.parametrize("precision", ["auto", "fp32"])
def test_where_the_gpu_does_not_run_the_processor_reads(useless_gpu, precision):
    choice = choose(checkpoint(), precision=precision)
    assert (choice.engine.name, choice.engine.device) == ("openvino", "cpu")
    assert choice.why.startswith("the GPU does not run with this PyTorch and driver; the fastest on a CPU")
    without_graph = choose(replace(checkpoint(), graphs={}), precision=precision)
    assert (without_graph.engine.name, without_graph.engine.device) == ("torch", "cpu")
    assert "the GPU does not run" in without_graph.why


@pytest.mark.parametrize("wanted", [("torch", "auto"), ("torch", "cuda"), ("auto", "cuda")])
def test_a_gpu_that_was_asked_for_and_does_not_run_is_told(useless_gpu, monkeypatch, wanted):
    with pytest.raises(EngineError, match=r"the GPU does not run .*: use --device cpu"):
        choose(checkpoint(), *wanted)

    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    monkeypatch.setattr(torch.Tensor, "pin_memory", full)
    with pytest.raises(EngineError, match="too little memory free: use --device cpu"):
        choose(checkpoint(), *wanted)


def test_a_damaged_torch_keeps_nobody_from_reading(tmp_path):
    save(checkpoint(), tmp_path / "m.safetensors")
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(
        "raise OSError('libcudart.so: cannot open shared object')"
    )
    code = (
        "import sys; from pathlib import Path; from core.engine import select;"
        "from core.errors import EngineError; from core.model import checkpoint;"
        "select.nvidia_driver_present = lambda: True;"
        f"model = checkpoint.load(Path({str(tmp_path / 'm.safetensors')!r}));"
        "choice = select.choose(model); print(choice.engine.name, choice.why);"
        "sys.platform = 'win32'; select.import_torch_before_qt()\n"
        "try: select.choose(model, 'torch')\n"
        "except EngineError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    chosen, told = done.stdout.splitlines()
    assert chosen.startswith("openvino PyTorch cannot be loaded; the fastest on a CPU")
    assert told == "PyTorch cannot be loaded: install it anew, or use --engine openvino"


def test_without_a_graph_torch_reads():
    choice = choose(replace(checkpoint(), graphs={}), device="cpu")
    assert choice.engine.name == "torch"
    assert "no OpenVINO form" in choice.why


def test_a_damaged_graph_is_the_models_fault():
    model = checkpoint()
    broken = replace(model.graphs["fp32"], xml=b"<net></net>")
    with pytest.raises(ModelError, match="damaged"):
        OpenVinoEngine(replace(model, graphs={"fp32": broken}))


def test_reading_with_openvino_leaves_torch_and_telemetry_out(tmp_path):
    model, scan = str(tmp_path / "m.safetensors"), str(tmp_path / "scan.png")
    save(checkpoint(), tmp_path / "m.safetensors")
    cv2.imwrite(scan, radiograph(1))
    code = (
        "import sys; from core.cli import main;"
        f"status = main(['read', {scan!r}, '--model', {model!r}, '--heatmaps', {str(tmp_path / 'maps')!r},"
        " '--device', 'cpu']);"
        "unwanted = 'torch torchvision PySide6 sklearn matplotlib pydicom openvino_telemetry'.split();"
        "loaded = [name for name in unwanted if sys.modules.get(name)];"
        "sys.exit(status or loaded or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "maps" / "scan.npy").exists()
