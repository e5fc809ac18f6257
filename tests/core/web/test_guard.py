"""What may be asked of the server."""

from __future__ import annotations

import asyncio

import pytest

from core.web.guard import Guard, is_loopback, is_open


@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/assets/index.js", "/static/img/x.svg", "/gradio_api/queue/join", "/gradio_api/upload"],
)
def test_what_the_page_needs_is_open(path: str) -> None:
    assert is_open(path)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://192.0.2.1/",
        "/gradio_api/deep_link",
        "/gradio_api/process_recording",
        "/gradio_api/run-history/records",
        "/monitoring",
        "/docs",
        "/openapi.json",
        "/login",
    ],
)
def test_what_it_does_not_need_is_closed(path: str) -> None:
    assert not is_open(path)


class TooMuchError(Exception):
    """What the guarded application is told by."""


def answer(path: str, length: int) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of what a guarded application answers."""
    sent: list[dict] = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": [(b"content-length", str(length).encode())]}
    asyncio.run(Guard(app, 1000, TooMuchError)(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"])


def test_a_request_that_brings_too_much_is_refused_before_it_is_read() -> None:
    assert [answer("/gradio_api/upload", length)[0] for length in (1000, 1001)] == [200, 413]


def brought(pieces: list[int], answers_first: bool = False) -> tuple[list[int], int, bool]:
    """Of a request in pieces that does not say its length: the statuses answered, the bytes that the
    application was handed, and whether it was told that they were too many."""
    sent: list[dict] = []
    handed, told = 0, False

    async def app(scope, receive, send):
        nonlocal handed, told
        if answers_first:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while (message := await receive())["more_body"]:
                handed += len(message["body"])
        except TooMuchError:
            told = True
        await send({"type": "http.response.start", "status": 400 if told else 200, "headers": []})

    async def receive():
        return {"type": "http.request", "body": bytes(pieces.pop(0)), "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/gradio_api/upload", "headers": [(b"transfer-encoding", b"chunked")]}
    asyncio.run(Guard(app, 1000, TooMuchError)(scope, receive, send))
    return [each["status"] for each in sent if "status" in each], handed, told


def test_a_request_that_does_not_say_how_much_it_brings_is_refused_when_it_is_too_much() -> None:
    assert brought([600, 400, 0]) == ([200], 1000, False)
    assert brought([600, 401, *[1000] * 50, 0]) == ([413], 600, True)


def test_what_is_answered_already_is_not_answered_again() -> None:
    assert 413 not in brought([600, 401, 0], answers_first=True)[0]


def test_every_answer_lets_the_page_load_from_here_alone() -> None:
    for path in ("/", "/nothing"):
        policy = dict(
            each.split(" ", 1) for each in answer(path, 0)[1][b"content-security-policy"].decode().split("; ")
        )
        assert policy["default-src"] == policy["connect-src"] == "'self'"
        assert not any("http" in sources or "*" in sources for sources in policy.values())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *((host, True) for host in ("127.0.0.1", "127.3.2.1", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.1.5", "localhost.example.org")),
    ],
)
def test_which_addresses_only_this_computer_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
