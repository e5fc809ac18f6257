"""The server of the page: on one address, talking to nobody else, leaving nothing behind."""

from __future__ import annotations

import errno
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import LungfieldError
from core.opening import Opened
from core.web.desk import Desk
from core.web.guard import Guard, is_loopback
from core.web.page import build, dress
from core.web.quiet import keep_to_ourselves, log_with_ours, nothing_printed
from core.web.sessions import Sessions
from core.web.uploads import MAX_BYTES, MAX_TOGETHER, Uploads

#: Bytes that a form may say of its files besides.
_BESIDES = 1 << 19

#: What a browser on this computer may call it.
_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")

#: Seconds that open requests have to end when the server does.
_GRACE = 5


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`; port 0 takes a free one.

    Raises:
        LungfieldError: the port is taken or not allowed, or this computer has no such address.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise LungfieldError(f"{host} is no address of this computer", "see --host") from error
    try:
        if sys.platform != "win32":  # there it would share the port with another program
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        hints = {
            errno.EADDRINUSE: (f"port {port} is taken", "another Lungfield may be running; or choose --port"),
            errno.EACCES: (f"port {port} may not be used", "choose a --port above 1023"),
            errno.EADDRNOTAVAIL: (f"{host} is no address of this computer", "see --host"),
        }
        message, hint = hints.get(
            error.errno or 0, (f"cannot listen on {host}", error.strerror or str(error))
        )
        raise LungfieldError(message, hint) from error
    return listener


def serve(opened: Opened, listener: socket.socket, started: Callable[[], None]) -> None:
    """Serve the page until this process is told to stop by Ctrl+C or a signal; then nothing is left.

    Args:
        listener: as `bind` gives it.
        started: called when the page answers.

    Raises:
        LungfieldError: uploads have no place. ModuleNotFoundError: Gradio is not installed.
    """
    uploads = Uploads()
    try:
        keep_to_ourselves(str(uploads.folder))
        application = make_application(opened, uploads, Sessions(), listener.getsockname()[:2])
        _run(application, listener, started)
    except KeyboardInterrupt:
        pass
    finally:
        uploads.close()


@dataclass(frozen=True)
class Application:
    """What is served.

    Attributes:
        guard: an ASGI application.
        let_go: ends the streams by which open pages tell that they are open; else they would hold up the end.
    """

    guard: Guard
    let_go: Callable[[], None]


def make_application(
    opened: Opened, uploads: Uploads, sessions: Sessions, address: tuple[str, int]
) -> Application:
    """The page behind its guard, to be served on `address`.

    Gradio keeps files where `GRADIO_TEMP_DIR` said when it was imported: call `serve`, or see to it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of libraries that Gradio brings
        import gradio as gr
        from fastapi import FastAPI
        from fastapi.middleware.trustedhost import TrustedHostMiddleware
        from gradio.route_utils import MultiPartException

        page = build(Desk(opened), uploads, sessions)
        application = gr.mount_gradio_app(
            FastAPI(openapi_url=None, docs_url=None, redoc_url=None),
            page,
            path="/",
            server_port=address[1],
            footer_links=["api"],
            run_history=False,
            show_error=True,
            max_file_size=MAX_BYTES,
            ssr_mode=False,
            mcp_server=False,
            enable_monitoring=False,
            pwa=False,
            **dress(),
        )
    # Who comes from this computer calls it by one of its names; else a page of another site could name this
    # address as its own host, and read what is here (DNS rebinding)
    if is_loopback(address[0]):
        application.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_OWN_NAMES, address[0]])
    served = next(
        each.app for each in application.routes if isinstance(getattr(each, "app", None), gr.routes.App)
    )
    # Of all that may go wrong while it takes uploads, Gradio removes what it has of them for this alone
    guard = Guard(application, MAX_TOGETHER + _BESIDES, MultiPartException)
    return Application(guard, served.stop_event.set)


def _run(application: Application, listener: socket.socket, started: Callable[[], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            application.let_go()
            await super().shutdown(sockets)

    log_with_ours("uvicorn.error")
    config = uvicorn.Config(
        application.guard,
        log_config=None,
        access_log=False,
        lifespan="on",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = Server(config)
    # Closing the terminal ends it in order too. And uvicorn raises each signal once more when it has ended:
    # left to Python that would be a traceback for Ctrl+C, and for SIGTERM death before uploads are removed
    before = {each: signal.signal(each, server.handle_exit) for each in _endings()}
    try:
        with nothing_printed():
            server.run(sockets=[listener])
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _endings() -> list[signal.Signals]:
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]
