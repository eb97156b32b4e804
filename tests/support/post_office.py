"""A mail server of the tests': takes mails by real SMTP, and behaves as it is told; also as a process of its own.

`python -m tests.support.post_office FOLDER PORT AFTER BEFORE` writes each mail that it takes into the folder, and dies
twice: when AFTER mails are taken and the last is not answered, and when BEFORE are and the next is handed to it.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 taken"
HANGS, HANGS_UP = "hangs", "hangs up"


@dataclass
class Taken:
    """A mail that the server has taken."""

    sender: str
    recipients: list[str]
    content: bytes
    connection: int

    @property
    def message_id(self) -> str:
        return str(message_from_bytes(self.content)["Message-ID"])


@dataclass
class PostOffice:
    """A mail server in the test's own loop. What is put into ``answers`` it says in the place of 250.

    By recipient: to RCPT. By ``MAIL`` and ``DATA``: to these, in turn; `HANGS` says nothing, `HANGS_UP` goes away.
    """

    port: int = 0
    size: int = 1_000_000
    password: str = ""
    token: str = ""
    """by which alone it lets in (XOAUTH2)"""
    answers: dict[str, list[str]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    """every recipient that was named to it"""
    connections: int = 0
    tls: Any = None
    _server: asyncio.Server | None = None
    _open: list[SMTP] = field(default_factory=list)

    async def __aenter__(self) -> PostOffice:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    async def open(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._connection, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Go away, and leave everybody who is connected."""
        assert self._server is not None
        self._server.close()
        for each in self._open:
            if each.transport is not None and not each.transport.is_closing():
                each.transport.abort()
            if each._handler_coroutine is not None:
                each._handler_coroutine.cancel()
        self._open.clear()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def _connection(self) -> SMTP:
        self.connections += 1
        protected: dict[str, Any] = {}
        if self.password or self.token:
            protected = {"authenticator": self._log_in, "auth_required": True, "auth_require_tls": False}
        if self.token:
            protected["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
        if self.tls:
            protected |= {"tls_context": self.tls, "require_starttls": True}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a password without TLS, on this machine
            made = SMTP(
                _Handler(self, self.connections),
                hostname="mail.test",
                data_size_limit=self.size,
                loop=asyncio.get_running_loop(),
                **protected,
            )
        self._open.append(made)
        return made

    def _log_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password.decode() == self.password
        return AuthResult(success=right)

    async def say(self, place: str, server: SMTP) -> str:
        """What is to be said in this place; nothing: the usual."""
        said = self.answers.get(place)
        answer = said.pop(0) if said else ""
        if answer == HANGS_UP:
            assert server.transport is not None
            server.transport.abort()
        if answer in {HANGS, HANGS_UP}:
            await asyncio.Event().wait()
        return answer


@dataclass
class _Handler:
    office: PostOffice
    connection: int

    async def auth_XOAUTH2(self, server: SMTP, said: list[str]) -> AuthResult:  # noqa: N802  # named by aiosmtpd
        """Let in who has the token; who has not is told why, and then that it was in vain."""
        given = base64.b64decode(said[1]).split(b"\x01")[1].removeprefix(b"auth=Bearer ").decode()
        if self.office.token and given == self.office.token:
            return AuthResult(success=True, auth_data=given)
        await server.challenge_auth('{"status":"400"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(  # noqa: N802  # named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self.office.say("MAIL", server) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.office.named.append(address)
        answer = await self.office.say(address, server)
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        before = await self.office.say("DATA", server)
        if before:
            return before
        self.office.taken.append(Taken(str(envelope.mail_from), list(envelope.rcpt_tos), content, self.connection))
        return await self.office.say("after DATA", server) or TAKEN


class _Mortal:
    """Takes mails into a folder, and dies twice."""

    def __init__(self, folder: Path, after: int, before: int, end: Callable[[int], Any] = os._exit) -> None:
        self._folder, self._after, self._before, self._end = folder, after, before, end

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        count = len(list(self._folder.glob("*.eml")))
        if count == self._before and not (self._folder / "died-before").exists():
            (self._folder / "died-before").touch()
            self._end(9)
        (self._folder / f"{count:04}.eml").write_bytes(content)
        if count + 1 == self._after:
            (self._folder / "died-after").write_text(str(message_from_bytes(content)["Message-ID"]))
            self._end(9)
        return TAKEN


async def _serve(folder: Path, port: int, after: int, before: int) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(_Mortal(folder, after, before), hostname="mail.test"), "127.0.0.1", port
    )
    (folder / "ready").touch()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), *map(int, sys.argv[2:])))
