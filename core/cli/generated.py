"""Generated scans for the self-test: drawn chests, and one picture in every kind of file that is read.

Files are encoded by the very libraries that decode scans; HTJ2K alone, for which no encoder ships, is kept
here as bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.imaging.scan import Pixels

#: Gives a file's bytes.
Encoder = Callable[[], bytes | bytearray]

#: Below this, what lossy compression changes of a smooth picture.
_LOSSY = 0.04

#: `shades(8)` in HTJ2K, reversible, 5 levels.
_HTJ2K = """
|4;u>04YEK0000$0000m00000000000000$0000m0000000000009R90sl|{2mk^A00092QUDA90ssL31q1{@0smY86Cg-XP*6}%P*6}%P*6
}vNJ#%=02crOPjF>!N>E53R%LP^FfKASE;BCwkN^q*00003bpQeXlfWtft5rww0D!arz!eY#&;-Cfv_j<ohO_`s_5dO@0PgYtA~XQN70?BI0
ag_mKHJ(hZ2%+M$upM#q4rSC2C*`W2OHekGnN1j!_1+rTip4xHUPjENdQ~$1*!!h!1atc1;h|r6h4eGB2dIoS`#E<;sg$hQOb!R6w$DneE>y
)@IwTI5FkJ#qO@2{AkI^+(x+5Obe#45s|;x00BjiI{3nze&`BS3E}`kR*?tI=-2lKBra%{=z!y{kKtnDRM4%Lf1`b73!YK?5gGeX^p~C?Hgi
{zA7!eUdDT)pLKnq^P!JWjnvEOU%uR8a=o!s>c%$n;Dm9KMz4<8OdCFtPJe-{FGAn<<z0f2~zfB*=HhzJNEfXW#)Ha0eDlGyxkQ}m~ABffN!
^Ji|v+nHD_S41q?)k+4bxQ|@FTQl7=Rg(zh*8&9)gOZud6pR3d7`Cr|2Ql(u%(QJ>lxJ0$CdX@9#M4}5HB#QzR^X5Vz%Q>L7t@dn=-_xi000
1>F#rHSO#lGEGywnrfFY-W05XaI00000fH46800000j0p;0004quP(T16C<zDvV448{rU?K5002b+_!QA310APu`K+m^Zj|pa+=Qz&4Y-997
9%aQvy2iCFLYx$<;B~m!I0GaGjq|IjkuK69p&RYF~0>Riu)~^<@;^67##D-Q46*B#isAsXD}p{H{ih3UwJoKX}5m{^_qqfMs}U^<T6ubIzwm
xC*z@si-<5QIR|r~2LJ#7fB*mhKmb4h2mk;80Du4h000000tf^U00000008*<NuK2E%6)+FA222c1@CgGKiMGh=?@=s*I!^^k!+&*B~}suvH
loy<>*|@?8N=~4{Ch5!_=_)f9v?C$)@9gIO5p5IrVqHSOa(UU+CrQ->>27SbZloyBelX^m_45kr#jH<g{||zfN+xB6wXjoYvt0(Fb`z2rvLZ
KmY*(0000G0000000000000mOAb<b>0t^7a_$FrV7zh=sZnP6!PqRqWEQ<j1B5f6!LkLZv&9-)Uo0*wzI*|w4R?@cpG*@wURM4h1rmV(WQ9_
ezMjTfhMH^b0SzQ!9P0M#nQoD`kihX5oEa+7~2(u$eFEV79I+2q2_M|*S5a)Xa|Je
"""


@dataclass(frozen=True)
class Sample:
    """A file of one kind.

    Attributes:
        family: "pictures", "TIFF" or "DICOM".
        kind: the compression, in words.
        encode: makes the file.
        pixels: what decoding it must give.
        tolerance: how far any pixel may be from that.
    """

    family: str
    kind: str
    encode: Encoder
    pixels: Pixels
    tolerance: float


def samples() -> Iterator[Sample]:
    """One file of every kind that is read."""
    yield from _pictures()
    yield from _tiffs()
    yield from _dicoms()


def chest(seed: int, opacity: bool, size: int = 320) -> NDArray[np.uint8]:
    """Two dark fields in a bright body, uint8 [size, size]; with a bright patch in one of them or without."""
    random = np.random.default_rng(seed)
    across, down = random.normal(0, 0.05, 2)
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    lungs = np.exp(-8 * ((np.abs(x - across) - 0.45) ** 2 * 2 + (y - down) ** 2 * 0.6) ** 2)
    picture = 200 - 140 * lungs + random.normal(0, 4, (size, size))
    patch = np.exp(-((x - 0.45) ** 2 + (y - 0.2) ** 2) / 0.04)
    return np.uint8(np.clip(picture + (90 * patch if opacity else 0), 0, 255))  # type: ignore[return-value]


def png(picture: NDArray[np.uint8]) -> bytes:
    """`picture` as the bytes of a PNG."""
    return _saved(picture, "PNG")


def shades(bits: int) -> NDArray[Any]:
    """A smooth picture with an edge, [48, 64] of 8 (uint8) to 16 bits (uint16), from black to white."""
    y, x = np.mgrid[0:48, 0:64]
    blob = 200 * np.exp(-((x - 20) ** 2 + (y - 24) ** 2) / 300) + 40 * (x > 40)
    picture = blob.astype(np.uint8)
    picture[0, 0], picture[0, 1] = 0, 255
    if bits == 8:
        return picture
    return (picture.astype(np.uint32) * ((1 << bits) - 1) // 255).astype(np.uint16)


def _scaled(bits: int) -> Pixels:
    return (shades(bits) / ((1 << bits) - 1)).astype(np.float32)


def _saved(picture: NDArray[Any], kind: str, **options: Any) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def _pictures() -> Iterator[Sample]:
    import imagecodecs

    def of(kind: str, bits: int, encode: Encoder, tolerance: float = 0.0) -> Sample:
        return Sample("pictures", kind, encode, _scaled(bits), tolerance or 1.5 / (1 << bits))

    picture, deep, deepest = shades(8), shades(12), shades(16)
    colour = np.repeat(picture[..., None], 3, axis=2)
    yield of("PNG", 8, lambda: _saved(picture, "PNG"))
    yield of("PNG of 16 bits", 16, lambda: _saved(deepest, "PNG"))
    yield of("JPEG", 8, lambda: _saved(picture, "JPEG", quality=95), _LOSSY)
    yield of("progressive JPEG", 8, lambda: _saved(picture, "JPEG", quality=95, progressive=True), _LOSSY)
    yield of("JPEG of 12 bits", 12, lambda: _jpeg12(deep), _LOSSY)
    yield of("lossless JPEG", 8, lambda: imagecodecs.jpeg8_encode(picture, lossless=True))
    yield of("JPEG-LS", 8, lambda: imagecodecs.jpegls_encode(picture))
    yield of("BMP", 8, lambda: _saved(picture, "BMP"))
    yield of("WebP", 8, lambda: _saved(colour, "WEBP", lossless=True))
    yield of("GIF", 8, lambda: _saved(picture, "GIF"))


def _jpeg12(deep: NDArray[np.uint16]) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpeg8_encode(deep, level=95, bitspersample=12))


def _tiffs() -> Iterator[Sample]:
    picture = shades(8)
    for name, compression in (
        ("uncompressed", "raw"),
        ("LZW", "tiff_lzw"),
        ("Deflate", "tiff_adobe_deflate"),
        ("PackBits", "packbits"),
    ):
        yield Sample("TIFF", name, _tiff_encoder(picture, compression), _scaled(8), 1 / 256)
    yield Sample("TIFF", "JPEG", _tiff_encoder(picture, "jpeg", quality=95), _scaled(8), _LOSSY)
    yield Sample("TIFF", "16 bits", _tiff_encoder(shades(16), "tiff_lzw"), _scaled(16), 1 / 65536)


def _tiff_encoder(picture: NDArray[Any], compression: str, **options: int) -> Encoder:
    return lambda: _saved(picture, "TIFF", compression=compression, **options)


def _dicoms() -> Iterator[Sample]:
    import imagecodecs
    from pydicom import uid

    def of(syntax: uid.UID, bits: int, code: Encoder | None, tolerance: float = 0.0) -> Sample:
        exact = 1.5 / (1 << bits)
        return Sample(
            "DICOM", syntax.keyword, lambda: _dicom(syntax, bits, code), _scaled(bits), tolerance or exact
        )

    picture, deep = shades(8), shades(12)
    for syntax in (
        uid.ImplicitVRLittleEndian,
        uid.ExplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
        uid.DeflatedExplicitVRLittleEndian,
        uid.RLELossless,
    ):
        yield of(syntax, 12, None)
    yield of(uid.JPEGBaseline8Bit, 8, lambda: _saved(picture, "JPEG", quality=95), _LOSSY)
    yield of(uid.JPEGExtended12Bit, 12, lambda: _jpeg12(deep), _LOSSY)
    for syntax in (uid.JPEGLossless, uid.JPEGLosslessSV1):
        yield of(syntax, 12, lambda: imagecodecs.jpeg8_encode(deep, lossless=True, bitspersample=12))
    yield of(uid.JPEGLSLossless, 12, lambda: imagecodecs.jpegls_encode(deep))
    yield of(uid.JPEGLSNearLossless, 12, lambda: imagecodecs.jpegls_encode(deep, level=3), _LOSSY)
    yield of(uid.JPEG2000Lossless, 12, lambda: imagecodecs.jpeg2k_encode(deep, level=0, reversible=True))
    yield of(uid.JPEG2000, 12, lambda: imagecodecs.jpeg2k_encode(deep, level=90), _LOSSY)
    for syntax in (uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K):
        yield of(syntax, 8, lambda: base64.b85decode(_HTJ2K.replace("\n", "")))


def _dicom(syntax: Any, bits: int, code: Encoder | None) -> bytes:
    """`shades(bits)` as a DICOM file: `code()` as its only frame, or the values themselves."""
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import DigitalXRayImageStorageForPresentation, RLELossless

    values = shades(bits)
    ds = Dataset()
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = "2.25.1"
    ds.Modality = "DX"
    ds.Rows, ds.Columns = values.shape
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = 8 * values.itemsize
    ds.BitsStored, ds.HighBit = bits, bits - 1
    ds.PixelRepresentation = 0
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    if code is not None:
        ds.PixelData = encapsulate([bytes(code())])
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    elif syntax == RLELossless:
        ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        ds.PixelData = values.astype("<u2").tobytes()
        ds["PixelData"].VR = "OW"
        ds.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    else:
        ds.PixelData = values.astype("<u2" if syntax.is_little_endian else ">u2").tobytes()
        ds["PixelData"].VR = "OW"
    file = BytesIO()
    pydicom.dcmwrite(file, ds, enforce_file_format=True)
    return file.getvalue()
