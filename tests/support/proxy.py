"""A TCP proxy between a hub and a server, which can cut, refuse, stall and swallow.

async with Proxy("amqp://guest:guest@127.0.0.1:5672/vhost") as proxy:
    ... proxy.url ...
    proxy.stall()
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.processes import free_port

PIECE = 65536


class Proxy:
    """Passes on what comes, until it is told otherwise."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 0
        self.port = free_port()
        access = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        self.url = parts._replace(netloc=f"{access}127.0.0.1:{self.port}").geturl()
        self.taken = self.refused = self.stalled = self.swallowed = 0
        """connections taken and refused; pieces that had to wait; bytes that vanished"""
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = self._swallowing = False
        self._lines: dict[asyncio.Task[None], asyncio.Event] = {}
        """each connection, and whether it passes on"""
        self._backs: dict[asyncio.Event, asyncio.StreamWriter] = {}
        """the server's end of each"""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self.cut()

    # ---------------------------------------------------------------------------------------------- faults

    async def cut(self) -> None:
        """End every connection that stands, without a word."""
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*list(self._lines), return_exceptions=True)

    async def refuse(self) -> None:
        """Cut, and let no new connection come about: the server is unreachable."""
        self._refusing = True
        await self.cut()

    def stall(self) -> None:
        """Keep every connection open and pass nothing on: half-open sockets."""
        self._flowing.clear()

    def swallow(self) -> None:
        """Take what the client says, and let it vanish."""
        self._swallowing = True

    def lose(self) -> None:
        """Lose the connections that stand: open for ever, nothing comes through. New ones are as good as any."""
        for passing in self._lines.values():
            passing.clear()

    def give_up(self) -> None:
        """End the server's side of what was lost, as its keepalive does in time; the client is not told."""
        for passing, back in self._backs.items():
            if not passing.is_set():
                back.transport.abort()

    def heal(self) -> None:
        """Pass on again; what was stalled goes on where it stood."""
        self._refusing = self._swallowing = False
        self._flowing.set()

    # ----------------------------------------------------------------------------------------------- lines

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            self.refused += 1
            writer.transport.abort()
            return
        self.taken += 1
        passing = asyncio.Event()
        passing.set()
        line = asyncio.create_task(self._line(reader, writer, passing))
        self._lines[line] = passing
        line.add_done_callback(self._lines.pop)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: asyncio.Event) -> None:
        try:
            there, back = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        self._backs[passing] = back
        ways = {
            asyncio.create_task(self._pass(reader, back, passing, from_client=True)),
            asyncio.create_task(self._pass(there, writer, passing, from_client=False)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            await passing.wait()  # what is lost brings nobody news of its end
        finally:
            del self._backs[passing]
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.transport.abort()
            back.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: asyncio.Event, *, from_client: bool
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                if not (self._flowing.is_set() and passing.is_set()):
                    self.stalled += 1
                    await self._flowing.wait()
                    await passing.wait()
                if self._swallowing and from_client:
                    self.swallowed += len(piece)
                    continue
                writer.write(piece)
                await writer.drain()
