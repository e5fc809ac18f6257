"""Files are found where people have them, and never those of another row."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from core.datasets.places import places_of
from core.progress import Cancelled, NullProgress


def there(folder: Path, files: list[str], names: list[str]) -> dict[str, str]:
    """Which of `files` each name leads to."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    found = places_of(names, folder, NullProgress())
    assert all(os.path.isfile(path) for path in found.values())
    return {name: Path(os.path.relpath(path, folder)).as_posix() for name, path in found.items()}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.png", "a.png"),
        ("a.png", " a.png "),
        ("in/a.png", "in/a.png"),
        ("in/a.png", "in\\a.png"),
        ("in/a.png", "./other/../in/a.png"),
        ("a", "a"),
        ("a.dcm", "a"),
        ("a.DCM", "a"),
        ("1.2.840.5.dcm", "1.2.840.5"),
        ("a.jpeg", "a.png"),  # the set in another format
        ("A.PNG", "a.png"),
        ("In/A.PNG", "in/a.png"),
        ("images_001/images/a.png", "a.png"),
        ("deep/in/b/a.jpg", "b\\a"),
        ("a.png", "C:\\sets\\ward\\a.png"),
        ("b/a.png", "/sets/ward/b/a.png"),
        ("train/p1/view1.jpg", "ward-v1.0-small/train/p1/view1.jpg"),
        (unicodedata.normalize("NFD", "ä.png"), unicodedata.normalize("NFC", "ä.png")),
    ],
)
def test_where_people_have_them(tmp_path, file, name) -> None:
    assert set(there(tmp_path, [file], [name]).values()) == {os.path.normpath(file).replace(os.sep, "/")} or (
        sys.platform != "linux"
    )


@pytest.mark.parametrize(
    ("files", "names", "found"),
    [
        (["one/a.png", "two/a.png"], ["a.png"], {}),
        (["p1/view1.jpg"], ["p2/view1.jpg"], {}),
        (["view1.jpg"], ["/old/p1/view1.jpg", "/old/p2/view1.jpg"], {}),
        (["a.png"], ["a.png", "lost/a.png"], {"a.png": "a.png"}),
        (["p1/a.png", "p2/a.png"], ["x/p2/a.png"], {"x/p2/a.png": "p2/a.png"}),
        (["b.txt"], ["b"], {}),
        (["a/b.png"], ["a", "", "..", "."], {}),
        ([".a.png"], ["a"], {}),
        (["a.jpg", "a.png"], ["a"], {"a": "a.png"}),
    ],
)
def test_never_those_of_another(tmp_path, files, names, found) -> None:
    assert there(tmp_path, files, names) == found


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_name_that_is_no_text_is_found_by_its_bytes_read_as_letters(tmp_path) -> None:
    name = os.fsdecode(b"\xe4.png")
    (tmp_path / name).touch()
    assert places_of(["ä.png"], tmp_path, NullProgress()) == {"ä.png": str(tmp_path / name)}
    assert places_of([name], tmp_path, NullProgress()) == {name: str(tmp_path / name)}


def test_folders_behind_links_are_searched_once(tmp_path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.png").touch()
    (tmp_path / "ward").mkdir()
    try:
        (tmp_path / "ward" / "images").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "ward", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    ward = tmp_path / "ward"
    assert places_of(["a.png"], ward, NullProgress()) == {"a.png": str(ward / "images" / "a.png")}


def test_the_search_can_be_cancelled(tmp_path) -> None:
    class Stop(NullProgress):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        places_of(["nowhere.png"], tmp_path, Stop())
