"""Names of domains that exist in a test alone: as a table, and as a real name server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from adapters.email.sender.names import Kind, NamesSilent

Zone = Mapping[tuple[str, str], Sequence[str]]
"""by name and kind what there is; a name with the kind ``silent`` is not answered"""


class TableOfNames:
    """Names from a table. ``asked`` are the questions so far."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self.asked: list[tuple[str, Kind]] = []

    def look_up(self, name: str, kind: Kind) -> list[str]:
        """What the table says."""
        name = name.rstrip(".").lower()
        self.asked.append((name, kind))
        if (name, "silent") in self._zone:
            raise NamesSilent(name)
        return list(self._zone.get((name, kind), ()))


class _Server(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone) -> None:
        self._zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        if (name, "silent") in self._zone:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        kind = dns.rdatatype.to_text(question.rdtype)
        found = self._zone.get((name, kind), ())
        written = [f'"{each[:200]}" "{each[200:]}"' if kind == "TXT" else each for each in found]
        if written:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *written))
        elif not any(each == name for each, _ in self._zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), address)


@asynccontextmanager
async def name_server(zone: Zone) -> AsyncIterator[str]:
    """A name server with this zone: its address and port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Server(zone), ("127.0.0.1", 0))
    try:
        yield "127.0.0.1:{}".format(transport.get_extra_info("sockname")[1])
    finally:
        transport.close()
