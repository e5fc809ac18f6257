"""A machine without a network, for tests of what must do without one."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


@contextmanager
def closed_network() -> Iterator[str]:
    """Within it this thread, and whatever it starts, has the loopback interface and no other.

    It is told why that could not be had, as a line; nothing, where it is so. It takes root on Linux.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        yield "a network can be closed by root on Linux alone"
        return
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net", "rb") as before:
        if libc.unshare(_CLONE_NEWNET):
            yield f"no network of its own: {os.strerror(ctypes.get_errno())}"
            return
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
                fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
            yield ""
        finally:
            if libc.setns(before.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "the network stays closed")
