"""Names on the net: what a domain says of itself in the DNS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

Kind = Literal["TXT", "A", "AAAA", "MX"]
ANSWER = 4.0
"""seconds within which one question has to be answered"""
REMEMBERED = 2000


class NamesSilent(Exception):
    """The name servers do not answer; whether there is such a name is not known."""


class Names(Protocol):
    """Looks names up."""

    def look_up(self, name: str, kind: Kind) -> list[str]:
        """What there is of a kind: texts, addresses, mail exchanges; nothing when there is none. Raises NamesSilent."""
        ...


class DnsNames:
    """Asks the name servers given (host and port), else those of this machine."""

    def __init__(self, servers: Sequence[tuple[str, int]] = ()) -> None:
        self._servers = tuple(servers)
        self._resolver: dns.resolver.Resolver | None = None

    def look_up(self, name: str, kind: Kind) -> list[str]:
        """What there is of a kind. Raises NamesSilent."""
        try:
            answer = self._asked().resolve(name.rstrip(".") + ".", kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, UnicodeError):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NamesSilent(f"{name}: {type(error).__name__}") from error
        return [_plain(each) for each in answer.rrset or ()]

    def _asked(self) -> dns.resolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.resolver.Resolver(configure=not self._servers)
            if self._servers:
                self._resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._servers]
            self._resolver.lifetime = ANSWER
            self._resolver.cache = dns.resolver.LRUCache(REMEMBERED)
        return self._resolver


def _plain(record: object) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    exchange = getattr(record, "exchange", None)
    if exchange is not None:
        return str(exchange.to_text(omit_final_dot=True)).lower()
    return str(getattr(record, "address", ""))
