"""The way in for documents: read with what is known of the orders that they mention, and entered in the register.

That is one transaction, so that a document that arrives again cannot be acknowledged or ordered twice. The order itself
is made by the saga that takes the command from the broker.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from hub.handlers.incoming.entry import Receipt
from hub.handlers.incoming.pieces import of_its_folder, of_known_partners
from hub.handlers.incoming.reading import read_document, too_large
from hub.handlers.incoming.recognition import Arrived
from hub.handlers.incoming.register import Register
from hub.ports import Arrival, Context, Holder, Mentions, Reader, Reading
from hub.sagas.case import Rules
from hub.sagas.numbers import short
from hub.store import layouts
from hub.store.conversations import look_up
from hub.store.database import Database


class Intake:
    """Takes documents in. ``committed`` is called when there is something to send."""

    def __init__(
        self,
        database: Database,
        readers: Sequence[Reader],
        context: Callable[[], Context],
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        source: str,
        limit: int,
        remember: timedelta = timedelta(days=365),
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._readers = readers
        self._context = context
        self._now = now
        self._limit = limit
        self._register = Register(rules, now, source, remember)
        self._committed = committed

    async def fetch(self, arrival: Arrival, holder: Holder, call: Callable[..., Awaitable[Any]]) -> Receipt:
        """Take in what has arrived at a holder, whose functions ``call`` carries out in a thread.

        Raises what the holder raises, and StoreUnavailable.
        """
        if arrival.size > self._limit:
            digest = await call(holder.digest, arrival)
            return await self.refuse_large(
                arrival.name, arrival.size, digest, arrival.stamp, folder_of=arrival.partner_id
            )
        raw = await call(holder.fetch, arrival)
        return await self.receive(raw, arrival.name, arrival.stamp, folder_of=arrival.partner_id)

    async def receive(self, raw: bytes, name: str, stamp: str = "", *, sent: str = "", folder_of: str = "") -> Receipt:
        """Take a document in. The same bytes under the same name and stamp are the same arrival.

        ``sent`` is the digest of what was sent, where the bytes hold more than that: what a server adds on arrival;
        ``folder_of`` the partner in whose own folder it lay.
        Raises StoreUnavailable; nothing has happened then, and it can be tried again.
        """

        def read(context: Context) -> Reading:
            reading = of_known_partners(read_document(raw, name, self._readers, context, self._limit))
            return of_its_folder(reading, folder_of) if folder_of else reading

        digest = hashlib.sha256(raw).hexdigest()
        return await self._enter(raw, len(raw), digest, name, stamp, read, sent)

    async def refuse_large(self, name: str, size: int, digest: str, stamp: str = "", *, folder_of: str = "") -> Receipt:
        """Note a document that is too large to be read; the file itself is kept by the transport."""
        reading = too_large(size, self._limit)
        noted = of_its_folder(reading, folder_of) if folder_of else reading
        return await self._enter(b"", size, digest, name, stamp, lambda context: noted)

    async def _enter(
        self,
        raw: bytes,
        size: int,
        digest: str,
        name: str,
        stamp: str,
        read: Callable[[Context], Reading],
        sent: str = "",
    ) -> Receipt:
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        context = self._context()
        reading = await asyncio.to_thread(read, context)
        if reading.kind == "email" and reading.partner_id:
            context, reading = await self._read_learned(context, read, reading, reading.partner_id)
        if reading.mentions != Mentions():
            context, reading = await self._read_knowing(context, read, reading)
        arrived = Arrived(f"D-{short(sent or digest, name, stamp)}", name, raw, size, digest, context, read)
        try:
            async with self._database.write() as connection:
                receipt = await self._register.enter(connection, arrived, reading)
        except IntegrityError:
            async with self._database.write() as connection:
                receipt = await self._register.enter(connection, arrived, reading)
        self._committed()
        return receipt

    async def _read_learned(
        self, context: Context, read: Callable[[Context], Reading], reading: Reading, partner_id: str
    ) -> tuple[Context, Reading]:
        """Read a mail again, with what corrections have taught of its sender's layouts."""
        async with self._database.read() as connection:
            known = await layouts.active(connection, partner_id)
        if not known:
            return context, reading
        context = replace(context, layouts=known)
        return context, await asyncio.to_thread(read, context)

    async def _read_knowing(
        self, context: Context, read: Callable[[Context], Reading], reading: Reading
    ) -> tuple[Context, Reading]:
        """Read it again, with what is known of the orders and conversations that it mentions.

        A purchase order that is known keeps its key by content: the very same again is a duplicate (R7).
        """
        async with self._database.read() as connection:
            known = await look_up(connection, reading.mentions, self._now())
        if not known:
            return context, reading
        context = replace(context, known_orders=known.orders, conversations=known.conversations)
        again = await asyncio.to_thread(read, context)
        if any(finding.code == "po_number_in_use" for finding in again.findings):
            again = replace(again, keys=tuple(dict.fromkeys((*again.keys, *reading.keys))))
        return context, again
