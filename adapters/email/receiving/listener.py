"""A door for mail servers: mails come in by SMTP, and are answered with 250 only once they are archived.

Whatever goes wrong before that is answered so that the other server keeps the mail and sends it again. The hub sends
nothing on: mail for others is refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.email.receiving.trace import renamed, stamped, way
from hub.errors import ConfigurationError, PortTaken, StoreUnavailable
from hub.ports import Delivery, Take

log = logging.getLogger("hub.mail")
CONNECTIONS, OF_ONE = 40, 10
"""connections at a time, and of one address, unless it is a gateway's"""
COMMAND = 300.0
"""seconds that one command may take, the mail itself and our answer to it included"""
WHOLE = 1800.0
"""seconds that a connection may last"""
RECIPIENTS = 100
AT_ONCE = 4
"""mails that are taken in at a time; the others' servers wait for their answer"""
LATER = "451 4.3.0 not taken in; send it again later"


class Check(Protocol):
    """Finds out who sent a mail. `results` blocks, and is asked from several threads."""

    def results(self, content: bytes, sender: str, helo: str, address: str) -> str:
        """The value of Authentication-Results, by envelope sender, its server's name for itself, and its address."""
        ...

    def close(self) -> None:
        """End."""
        ...


class SmtpListener:
    """Listens for mail servers. ``believed`` says of an address whether it is a gateway's, whose findings count.

    ``check`` finds out of everybody else's mail who sent it; without it nobody's sender is certain.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        hostname: str,
        recipients: Collection[str],
        believed: Callable[[str], bool],
        limit: int,
        now: Callable[[], datetime],
        check: Check | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        self.name = f"smtp {host}:{port}"
        self._host, self._port, self._hostname = host, port, hostname
        self._recipients = frozenset(recipients)
        self._believed = believed
        self._limit = limit
        self._now = now
        self._check = check
        self._checkers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sender check")
        self._certificate, self._key = certificate, key
        self._server: asyncio.Server | None = None
        self._take: Take | None = None
        self._tls: ssl.SSLContext | None = None
        self._open: dict[_Talk, str] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else self._port

    @property
    def listening(self) -> bool:
        """Whether mails can be handed over."""
        return self._server is not None and self._server.is_serving()

    async def start(self, take: Take) -> None:
        """Begin to listen. Raises PortTaken, and ConfigurationError when the certificate cannot be used."""
        self._take = take
        self._tls = self._context()
        try:
            self._server = await asyncio.get_running_loop().create_server(lambda: _Door(self), self._host, self._port)
        except OSError as error:
            text = f"SMTP cannot listen on {self._host}:{self._port}: {error.strerror or error}; set another port"
            raise PortTaken(text, where="HUB_SMTP_LISTEN") from error

    async def stop(self) -> None:
        """End at once: a mail that has no answer yet is sent again."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for talk in list(self._open):
            talk.end()
        await server.wait_closed()
        if self._check is not None:
            self._check.close()
        await asyncio.to_thread(self._checkers.shutdown, cancel_futures=True)

    def admit(self, address: str) -> _Talk | None:
        """The talk with a server that connects; nothing when there are too many already."""
        of_it = Counter(self._open.values())[address]
        if len(self._open) >= CONNECTIONS or (of_it >= OF_ONE and not self._believed(address)):
            return None
        talk = _Talk(
            self,
            self._open.pop,
            data_size_limit=self._limit,
            hostname=self._hostname,
            ident="ESMTP",
            timeout=COMMAND,
            tls_context=self._tls,
            loop=asyncio.get_running_loop(),
        )
        self._open[talk] = address
        return talk

    async def handle_EHLO(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Say what is on offer; logging in is not."""
        session.host_name = hostname
        return [each for each in responses if not each[4:].startswith("AUTH")]

    async def handle_RCPT(  # noqa: N802 - likewise
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for our own addresses, and theirs with a token, and for nobody else."""
        local, _, domain = address.lower().rpartition("@")
        if f"{local.partition('+')[0]}@{domain}" not in self._recipients:
            return "550 5.1.1 no such mailbox here"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        """Take the mail in, and only then say so."""
        assert self._take is not None  # noqa: S101  # nobody connects before the start
        async with self._turns:
            try:
                document_id = await self._take(await self._delivery(session, envelope))
            except StoreUnavailable as error:
                log.warning("%s; a mail was put off at %s", error.message, self.name)
                return LATER
            except Exception:
                log.exception("a mail cannot be taken in, by a defect; its server at %s keeps it", session.peer)
                return LATER
        return f"250 2.0.0 taken in as {document_id}"

    async def handle_exception(self, error: Exception) -> str:
        """Have it tried again."""
        log.error("a mail server's connection met a defect: %r", error)
        return LATER

    async def _delivery(self, session: Session, envelope: Envelope) -> Delivery:
        content = envelope.original_content or b""
        sender = (envelope.mail_from or "").strip("<>")
        recipients = list(dict.fromkeys(envelope.rcpt_tos))
        address, helo = str(session.peer[0]) if session.peer else "", session.host_name or ""
        whole = "\0".join((sender, *sorted(recipients))).encode() + b"\0" + content
        digest = hashlib.sha256(whole).hexdigest()
        results = ""
        if not self._believed(address):
            if self._check is not None:
                loop = asyncio.get_running_loop()
                results = await loop.run_in_executor(
                    self._checkers, self._check.results, content, sender, helo, address
                )
            content = renamed(content)
        protocol = "ESMTPS" if session.ssl else "ESMTP" if session.extended_smtp else "SMTP"
        received = way(helo, address, self._hostname, protocol, self._now())
        raw = stamped(content, sender, recipients, received, results)
        return Delivery(raw, f"smtp-{digest[:12]}.eml", digest)

    def _context(self) -> ssl.SSLContext | None:
        if self._certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self._certificate, self._key)
        except OSError as error:
            text = f"the certificate cannot be used: {error.strerror or error}"
            raise ConfigurationError(text, where=f"HUB_SMTP_CERTIFICATE {self._certificate}") from error
        return context


class _Door(asyncio.Protocol):
    """What a connection first meets: it is let in or told to come again."""

    def __init__(self, listener: SmtpListener) -> None:
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, unless too many are there."""
        connection = cast(asyncio.Transport, transport)
        peer = connection.get_extra_info("peername")
        talk = self._listener.admit(str(peer[0]) if peer else "")
        if talk is None:
            connection.write(b"421 4.7.0 too many connections; come again later\r\n")
            connection.close()
            return
        connection.set_protocol(talk)
        talk.connection_made(connection)


class _Talk(SMTP):
    """One connection, which does not last for ever."""

    line_length_limit = 20_000
    """longer than the standard's, since programs write orders in long lines"""

    def __init__(self, listener: SmtpListener, forget: Callable[[_Talk, None], Any], **given: Any) -> None:
        super().__init__(listener, **given)
        self._forget = forget
        self._last = self.loop.call_later(WHOLE, self.end)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for others."""
        self._last.cancel()
        self._forget(self, None)
        with suppress(AssertionError):
            super().connection_lost(error)

    def end(self) -> None:
        """Cut the connection."""
        transport = self._original_transport or self.transport
        if transport is not None:
            cast(asyncio.WriteTransport, transport).abort()
