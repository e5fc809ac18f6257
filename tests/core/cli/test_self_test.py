"""The self-test: that it passes where all is well, and fails where something is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.cli import DONE, SOME_FAILED, checks, generated, main
from core.imaging.decode import decode
from core.imaging.picture import FORMATS
from core.model import checkpoint as checkpoints
from tests.models import checkpoint


@pytest.fixture(autouse=True)
def small_model(tmp_path, monkeypatch):
    """A library of one's own, whose model in use is small."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    path = tmp_path / "mine.safetensors"
    checkpoints.save(checkpoint(int8=True), path)
    assert main(["models", "import", str(path), "--name", "small"]) == DONE
    assert main(["models", "activate", "small"]) == DONE


def test_everything_works_here(capsys):
    capsys.readouterr()
    assert main(["self-test"]) == DONE
    lines = capsys.readouterr().out.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *("decoding pictures", "decoding TIFF", "decoding DICOM"),
        *("openvino fp32", "openvino int8", "torch auto"),
        *("reports", "fine-tuning"),
    ]
    assert all(": ok, " in line for line in lines)


def test_a_kind_of_file_that_is_decoded_wrongly_is_named(monkeypatch, capsys):
    def one_is_off():
        for sample in samples():
            yield replace(sample, pixels=1 - sample.pixels) if sample.kind == "JPEG2000Lossless" else sample

    samples = generated.samples
    monkeypatch.setattr(checks.generated, "samples", one_is_off)
    monkeypatch.setattr(checks, "_engines", lambda _: iter(()))
    monkeypatch.setattr(checks, "_reports", lambda _: "")
    monkeypatch.setattr(checks, "_fine_tuning", lambda _: "")
    capsys.readouterr()
    assert main(["self-test"]) == SOME_FAILED
    failed = [line for line in capsys.readouterr().out.splitlines() if "FAILED" in line]
    assert len(failed) == 1
    assert failed[0].startswith("decoding DICOM: FAILED: JPEG2000Lossless (off by ")


def test_engines_that_contradict_each_other_are_told():
    model = checkpoint()
    with pytest.raises(checks.Wrong, match="contradict"):
        checks._reading(model, "openvino", "fp32", {"torch": 2.0})


def test_every_format_and_every_transfer_syntax_is_among_the_samples():
    from pydicom import uid

    made = list(generated.samples())
    scans = {sample.kind: decode(sample.encode(), sample.kind) for sample in made}
    assert {scan.format for scan in scans.values()} == {*FORMATS, "TIFF", "DICOM"}
    syntaxes = {sample.kind for sample in made if sample.family == "DICOM"}
    read = [*uid.JPEGTransferSyntaxes, *uid.JPEGLSTransferSyntaxes, *uid.JPEG2000TransferSyntaxes]
    read = [syntax for syntax in read if not syntax.is_private and "Multi-component" not in syntax.name]
    read += [uid.HTJ2K, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.RLELossless]
    read += [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian]
    read += [uid.DeflatedExplicitVRLittleEndian]
    assert {syntax.keyword for syntax in read} <= syntaxes


def test_the_samples_are_what_they_are_called():
    jpeg2000 = next(sample for sample in generated.samples() if sample.kind == "HTJ2KLossless")
    scan = decode(jpeg2000.encode(), "x")
    assert scan.dicom is not None
    assert scan.dicom.transfer_syntax_uid == "1.2.840.10008.1.2.4.201"
    np.testing.assert_allclose(scan.pixels, jpeg2000.pixels, atol=jpeg2000.tolerance)
