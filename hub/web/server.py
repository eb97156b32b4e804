"""The HTTP server beside the hub, in the same event loop, ended with it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn

from hub.errors import PortTaken


class _Server(uvicorn.Server):
    """A server that leaves the signals to the hub."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket to serve on. Raises PortTaken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        text = f"HTTP cannot listen on {host}:{port}: {error.strerror or error}; set another port, or 0 for no HTTP"
        raise PortTaken(text, where="HUB_HTTP_PORT") from error


@asynccontextmanager
async def serving(application: Any, listening: socket.socket) -> AsyncIterator[None]:
    """Serve an application while the block runs."""
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    try:
        yield
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task
        listening.close()
