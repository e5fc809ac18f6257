"""`main.py web` before it serves: what it refuses and what it says. Served it is in tests/core/web."""

from __future__ import annotations

import importlib.util
import socket
import sys

import pytest

from core.cli import UNUSABLE, main, web
from core.cli.options import parser
from core.web.server import bind


@pytest.fixture
def taken() -> socket.socket:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other


def told(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr().err.strip()
    assert said.startswith("lungfield: ")
    assert "\n" not in said
    return said


def test_a_port_that_is_taken_is_told_with_a_hint(taken: socket.socket, capsys) -> None:
    port = taken.getsockname()[1]
    assert main(["web", "--port", str(port)]) == UNUSABLE
    assert f"port {port} is taken" in (said := told(capsys))
    assert "--port" in said


@pytest.mark.parametrize("host", ["192.0.2.77", "no such host"])
def test_an_address_that_is_not_this_computers_is_told(host: str, capsys) -> None:
    assert main(["web", "--host", host, "--port", "0"]) == UNUSABLE
    assert "no address of this computer" in told(capsys)


@pytest.mark.parametrize("port", ["-1", "65536", "http", "78.6"])
def test_a_port_is_a_number_that_a_port_can_have(port: str, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["web", "--port", port])
    assert ended.value.code == UNUSABLE
    assert "from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("frozen", "words"), [(False, ("make web", "pip install")), (True, ("packaged", "source"))]
)
def test_without_gradio_one_line_says_what_to_do(frozen, words, monkeypatch, capsys) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "gradio" else find(name))
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    assert main(["web"]) == UNUSABLE
    said = told(capsys)
    assert all(each in said for each in words)


def test_a_model_that_is_not_there_is_told(capsys) -> None:
    assert main(["web", "--port", "0", "--model", "nobody"]) == UNUSABLE
    assert "no such model" in told(capsys)


def test_it_listens_on_this_computer_unless_told() -> None:
    chosen = parser().parse_args(["web"])
    assert (chosen.host, chosen.port) == ("127.0.0.1", 7860)
    with bind(chosen.host, 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_another_address_is_warned_of(monkeypatch, capsys) -> None:
    monkeypatch.setattr(web, "open_reader", lambda *_: pytest.fail("told before the model is opened"))
    with pytest.raises(pytest.fail.Exception):
        web.run(parser().parse_args(["web", "--host", "0.0.0.0", "--port", "0"]))
    assert "others on the network can reach this page" in told(capsys)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("ward-7", "http://ward-7:80"),
    ],
)
def test_the_address_can_be_typed_into_a_browser(host: str, address: str) -> None:
    assert web.address_of(host, 80) == address
