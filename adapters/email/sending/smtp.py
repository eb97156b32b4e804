"""Handing mails to a mail server by SMTP: one connection for many mails, each with an envelope sender of its own."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterable, Sequence
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from adapters.email.sending.writer import envelope_sender
from adapters.email.token import NoToken, access_token
from hub.errors import MailServerUnreachable
from hub.ports import MAIL_ADDRESS, Handed, MailAccount, Parcel

WHOLE = 10
"""times the timeout: how long the answer to a whole mail may take (RFC 5321 4.5.3.2.6 asks for ten minutes)"""
CLOSING = 421
LOG_IN_FIRST = frozenset({530, 534, 535, 538})
"""what is wrong is how we come to the server, not the mail"""
_MACHINE = re.compile(
    r"(?:mailer-daemon|mail-daemon|mdaemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:\+.*)?", re.IGNORECASE
)
_TROUBLE = (OSError, EOFError, TimeoutError, SMTPException)


class SmtpServer:
    """A connection to a mail server, made when it is needed and used as long as it stands."""

    def __init__(self, account: MailAccount, *, our_domain: str, timeout: float) -> None:
        self.name = f"{account.host}:{account.port}"
        self._account, self._our_domain, self._timeout = account, our_domain, timeout
        self._client: SMTP | None = None

    def parcel(self, content: bytes) -> Parcel:
        """For whom a mail of ours is: those named in To and Cc, except machines and our own order mailbox."""
        header = BytesHeaderParser().parsebytes(content)
        named = [address for _, address in getaddresses([*_all(header, "to"), *_all(header, "cc")]) if address]
        unfit = {one: reason for one in named if (reason := self._unfit(one))}
        recipients = tuple(dict.fromkeys(one for one in named if one not in unfit))
        message_id = str(header["message-id"] or "").strip()
        thread = next(iter(str(header["references"] or header["in-reply-to"] or "").split()), message_id)
        return Parcel(envelope_sender(message_id, self._our_domain), recipients, thread, unfit)

    def _unfit(self, address: str) -> str:
        local, _, domain = address.lower().rpartition("@")
        if not MAIL_ADDRESS.fullmatch(address):
            return "is no address"
        if _MACHINE.fullmatch(local):
            return "is a machine, and machines are not written to"
        ours = domain == self._our_domain.lower() and re.fullmatch(r"orders(?:\+.*)?", local)
        return "is our own order mailbox" if ours else ""

    async def connect(self) -> None:
        """Reach the server, encrypt, log in. Raises MailServerUnreachable."""
        await self._connected()

    async def _connected(self) -> tuple[SMTP, bool]:
        """The connection, and whether it is new."""
        if self._client is not None and self._client.is_connected:
            return self._client, False
        client = SMTP(
            hostname=self._account.host,
            port=self._account.port,
            use_tls=self._account.security == "tls",
            start_tls=self._account.security == "starttls",
            tls_context=ssl.create_default_context() if self._account.security != "none" else None,
            local_hostname=self._our_domain,
            timeout=self._timeout,
        )
        try:
            await client.connect()
            await self._log_in(client)
            if client.is_ehlo_or_helo_needed:
                await _greet(client)
        except (*_TROUBLE, NoToken, ValueError) as error:
            client.close()
            raise self._unreachable("cannot be reached", error) from error
        self._client = client
        return client, True

    async def _log_in(self, client: SMTP) -> None:
        account = self._account
        if account.by_token:
            await client.auth_xoauth2(account.user, await asyncio.to_thread(access_token, account))
        elif account.user:
            await client.login(account.user, account.password)

    async def hand_over(self, parcel: Parcel, recipients: Sequence[str], content: bytes) -> Handed:
        """Hand a mail over. It counts as taken for a recipient only when the server has answered the whole mail by 250.

        Raises MailServerUnreachable; the mail was not handed over then.
        """
        try:
            return await self._hand_over(parcel, recipients, content)
        except asyncio.CancelledError:
            self._drop()
            raise

    async def _hand_over(self, parcel: Parcel, recipients: Sequence[str], content: bytes) -> Handed:
        while True:
            client, fresh = await self._connected()
            if (most := _limit(client)) and len(content) > most:
                said = f"552 the mail has {len(content)} bytes, and the server takes up to {most}"
                return Handed(refused=dict.fromkeys(recipients, said))
            size = [f"SIZE={len(content)}"] if client.supports_extension("size") else []
            try:
                await client.mail(parcel.sender, options=size)
            except SMTPSenderRefused as error:
                return await self._none(client, recipients, error)
            except _TROUBLE as error:
                self._drop()
                if fresh:
                    raise self._unreachable("has gone", error) from error
                continue
            return await self._to(client, recipients, content)

    async def _none(self, client: SMTP, recipients: Sequence[str], error: SMTPSenderRefused) -> Handed:
        """The server will not have the mail at all."""
        if error.code in LOG_IN_FIRST:
            self._drop()
            raise self._unreachable("wants another login", error) from error
        await self._forget(client, error.code)
        return _sorted(dict.fromkeys(recipients, (error.code, _answer(error))))

    async def _to(self, client: SMTP, recipients: Sequence[str], content: bytes) -> Handed:
        """Name the recipients, and hand the mail over for those that the server takes it for."""
        named: list[str] = []
        said: dict[str, tuple[int, str]] = {}
        try:
            for one in recipients:
                try:
                    await client.rcpt(one)
                    named.append(one)
                except SMTPRecipientRefused as error:
                    said[one] = error.code, _answer(error)
            if not named:
                await self._forget(client, *(code for code, _ in said.values()))
                return _sorted(said)
        except _TROUBLE as error:
            self._drop()
            left = dict.fromkeys((one for one in recipients if one not in said), (0, _said(error)))
            return _sorted({**said, **left})
        try:
            await client.data(content, timeout=self._timeout * WHOLE)
        except SMTPDataError as error:
            await self._forget(client, error.code)
            return _sorted({**said, **dict.fromkeys(named, (error.code, _answer(error)))})
        except _TROUBLE as error:
            self._drop()
            return _sorted({**said, **dict.fromkeys(named, (0, _said(error)))}, in_doubt=True)
        return _sorted(said, accepted=named)

    async def _forget(self, client: SMTP, *codes: int) -> None:
        """Have the server forget a mail that it did not take; a server that takes its leave is left."""
        if CLOSING in codes:
            self._drop()
            return
        try:
            await client.rset()
        except _TROUBLE:
            self._drop()

    async def close(self) -> None:
        """End the connection, with a word of farewell where the server listens."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit(timeout=min(self._timeout, 5.0))
        except _TROUBLE:
            pass
        finally:
            client.close()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _unreachable(self, wrong: str, error: Exception) -> MailServerUnreachable:
        return MailServerUnreachable(f"the mail server {wrong}: {_said(error)}", where=self.name)


async def _greet(client: SMTP) -> None:
    """Learn what the server can do, where it can say so."""
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


def _sorted(said: dict[str, tuple[int, str]], accepted: Iterable[str] = (), *, in_doubt: bool = False) -> Handed:
    """What 5xx answers is for good; all else may be otherwise the next time."""
    for_good = {one: text for one, (code, text) in said.items() if code >= 500 and code not in LOG_IN_FIRST}
    later = {one: text for one, (_, text) in said.items() if one not in for_good}
    return Handed(tuple(accepted), later, for_good, in_doubt)


def _limit(client: SMTP) -> int:
    """The largest mail that the server takes; 0: it does not say."""
    stated = client.esmtp_extensions.get("size", "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _all(header: Message, name: str) -> list[str]:
    return [str(value) for value in header.get_all(name, [])]


def _answer(error: SMTPResponseException) -> str:
    return _plain(f"{error.code} {error.message}")


def _said(error: Exception) -> str:
    """What the server or the system says."""
    if isinstance(error, SMTPResponseException):
        return _answer(error)
    return _plain(str(error)) or type(error).__name__


def _plain(text: str) -> str:
    """On one line, without what is not printable."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:500]
