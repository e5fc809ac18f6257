"""What may be asked of the server, and by whom; what the page may load."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What the page and Gradio's clients use. Gradio has more: it saves states to the disk, records, forwards to
#: other servers and hands out files, none of which may happen here.
_OPEN = frozenset({"/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json"})
_OPEN_BELOW = ("/assets/", "/static/")
_API = "/gradio_api/"
_OPEN_API = frozenset(
    {
        "info",
        "heartbeat",
        "queue",
        "call",
        "run",
        "upload",
        "upload_progress",
        "startup-events",
        "cancel",
        "reset",
    }
)

#: Whatever the page or a library of its would load from elsewhere, the browser refuses. Gradio's page needs
#: inline scripts and styles, and makes functions of its templates.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Stands before the application (ASGI).

    Args:
        app: what it guards.
        most: bytes that one request may bring.
        too_much: raised to the application, with a line, as it receives more than that.
    """

    def __init__(self, app: App, most: int, too_much: Callable[[str], Exception]) -> None:
        self._app = app
        self._most = most
        self._too_much = too_much

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if not is_open(scope["path"]):
            await _refuse(send_on, 404, "There is nothing here.")
        elif _length(scope) > self._most:
            await self._refuse_size(send_on)
        else:
            await self._counted(scope, receive, send_on)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on while it brings no more than it may: it need not say beforehand how much it will.

        What the application answers to one that does is not sent.
        """
        brought, is_answered = 0, False

        async def receive_on() -> Message:
            nonlocal brought
            message = await receive()
            brought += len(message.get("body", b""))
            if brought > self._most:
                raise self._too_much("more than may be brought at once")
            return message

        async def send_on(message: Message) -> None:
            nonlocal is_answered
            if is_answered or brought <= self._most:
                is_answered = True
                await send(message)

        try:
            await self._app(scope, receive_on, send_on)
        except Exception:
            if is_answered or brought <= self._most:
                raise
        if brought > self._most and not is_answered:
            await self._refuse_size(send)

    async def _refuse_size(self, send: Send) -> None:
        await _refuse(send, 413, f"More than {self._most >> 20} MB at once.")


def is_open(path: str) -> bool:
    """Whether the page or a client needs what lies at `path`."""
    if path.startswith(_API):
        return path.removeprefix(_API).partition("/")[0] in _OPEN_API
    return path in _OPEN or path.startswith(_OPEN_BELOW)


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches `host`, an address or a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _length(scope: Scope) -> int:
    """The bytes that a request says it brings; 0 where it does not say."""
    text = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(text) if text.isdigit() else 0


async def _refuse(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
