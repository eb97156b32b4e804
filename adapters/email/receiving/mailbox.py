"""A mailbox on an IMAP server: its mails come in, and move to another folder when they are taken in.

No flag of a mail counts, since people look into order mailboxes too: what lies in the folder is yet to be taken in.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from adapters.email.token import NoToken, access_token
from hub.errors import MailboxUnreachable
from hub.ports import Arrival, MailAccount

ANSWER = 30.0
"""seconds within which a server has to answer"""
PORTION = 1_000_000
"""bytes of a mail too large to be read that are fetched at once"""
NOT_TOLD = 30.0
"""seconds between looks where the server does not tell of new mail"""
_SIZED = re.compile(rb"UID (\d+)|RFC822\.SIZE (\d+)")


class ImapMailbox:
    """A connection to one folder of an IMAP account. Its calls block; only `interrupt` may come from another thread.

    Raises MailboxUnreachable when the server cannot be reached, has said goodbye or does not answer in time: connect
    again then. Raises OSError when the server refuses one mail.
    """

    def __init__(
        self,
        name: str,
        account: MailAccount,
        *,
        folder: str = "INBOX",
        processed: str = "Processed",
        failed: str = "Failed",
    ) -> None:
        self.name = name
        self._account = account
        self._folder, self._processed, self._failed = folder, processed, failed
        self._box: BaseMailBox | None = None
        self._validity = ""
        self._interrupted = threading.Event()

    def connect(self) -> None:
        """Log in, open the folder, and make the folders that mails move to."""
        self.close()
        with self._trouble("cannot be reached"):
            self._box = box = self._open()
            user, password = self._account.user, self._account.password
            if self._account.by_token:
                box.xoauth2(user, access_token(self._account), initial_folder=None)
            elif user.isascii() and password.isascii():
                box.login(user, password, initial_folder=None)
            else:
                box.login_utf8(user, password, initial_folder=None)
            box.client.capabilities = tuple(str(box.client.capability()[1][0], "ascii").upper().split())
            for folder in (self._processed, self._failed):
                if not box.folder.exists(folder):
                    box.folder.create(folder)
            box.folder.set(self._folder)
            self._validity = str((box.client.response("UIDVALIDITY")[1] or [b""])[0] or b"", "ascii")

    def _open(self) -> BaseMailBox:
        host, port, security = self._account.host, self._account.port, self._account.security
        if security == "none":
            return MailBoxUnencrypted(host, port, timeout=ANSWER)
        checked = ssl.create_default_context()
        if security == "starttls":
            return MailBoxStartTls(host, port, timeout=ANSWER, ssl_context=checked)
        return MailBox(host, port, timeout=ANSWER, ssl_context=checked)

    def arrivals(self) -> list[Arrival]:
        """The mails in the folder, oldest first."""
        with self._talking() as box:
            found = self._listed(box)
        sizes: dict[int, int] = {}
        for line in found:
            said = _SIZED.findall(line if isinstance(line, bytes) else b"")
            uid, size = [one for one, _ in said if one], [two for _, two in said if two]
            if uid and size:
                sizes[int(uid[0])] = int(size[0])
        user = self._account.user.partition("@")[0]
        return [
            Arrival(f"{user}-{uid}.eml", size, f"{self.name} {self._validity} {uid}")
            for uid, size in sorted(sizes.items())
        ]

    def _listed(self, box: BaseMailBox) -> list[object]:
        """What the server says of its mails.

        It may tell of a new one in the answer that does not list it yet, and never again: then it is asked again.
        """
        while True:
            box.client.response("EXISTS")
            status, found = box.client.uid("FETCH", "1:*", "(UID RFC822.SIZE)")
            if status != "OK":
                raise ConnectionError(f"it does not say what is there: {found!r:.200}")
            if box.client.response("EXISTS")[1] == [None]:
                return list(found)

    def fetch(self, arrival: Arrival) -> bytes:
        """The mail as it is stored. Raises FileNotFoundError when it is no longer there."""
        return self._part(arrival, "")

    def digest(self, arrival: Arrival) -> str:
        """The SHA-256 of a mail that is too large to be fetched at once."""
        made = hashlib.sha256()
        for start in range(0, arrival.size, PORTION):
            made.update(self._part(arrival, f"<{start}.{PORTION}>"))
        return made.hexdigest()

    def _part(self, arrival: Arrival, portion: str) -> bytes:
        with self._talking() as box:
            answer = box.client.uid("FETCH", _uid(arrival), f"(BODY.PEEK[]{portion})")
        for each in self._done(answer, arrival.name):
            if isinstance(each, tuple) and b"BODY[]" in each[0]:
                return bytes(each[1])
        raise FileNotFoundError(arrival.name)

    def put_away(self, arrival: Arrival, *, failed: bool) -> None:
        """Move a mail out of the folder."""
        with self._talking() as box:
            try:
                box.move(_uid(arrival), self._failed if failed else self._processed)
            except UnexpectedCommandStatusError as error:
                raise _Refused(f"{arrival.name} cannot be moved: {error}") from error

    def wait(self, seconds: float) -> None:
        """Return when there is news, after so many seconds, or when interrupted."""
        with self._talking() as box:
            if "IDLE" in box.client.capabilities:
                with box.idle as idle:
                    if not _told_already(box):
                        idle.poll(seconds)
            else:
                self._interrupted.wait(min(seconds, NOT_TOLD))
                box.client.noop()

    def interrupt(self) -> None:
        """End whatever call is under way; the mailbox cannot be used afterwards."""
        self._interrupted.set()
        box = self._box
        if box is not None:
            with suppress(OSError):
                box.client.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection, in whatever state it is."""
        box, self._box = self._box, None
        if box is not None:
            with suppress(OSError, imaplib.IMAP4.error, ImapToolsError, ValueError):
                box.client.shutdown()

    def _done(self, answer: tuple[str, list[object]], what: str) -> list[object]:
        if answer[0] != "OK":
            raise _Refused(f"{what} is refused: {answer[1]!r:.200}")
        return answer[1]

    @contextmanager
    def _talking(self) -> Iterator[BaseMailBox]:
        """The connection, for as long as nothing goes wrong with it."""
        with self._trouble("has gone"):
            if self._box is None:
                raise ConnectionError("not connected")
            yield self._box

    @contextmanager
    def _trouble(self, wrong: str) -> Iterator[None]:
        """What goes wrong with the connection while the block runs, as MailboxUnreachable."""
        if self._interrupted.is_set():
            raise MailboxUnreachable("is closed", where=self.name)
        try:
            yield
        except (_Refused, FileNotFoundError):
            raise
        except (NoToken, OSError, EOFError, ValueError, imaplib.IMAP4.error, ImapToolsError) as error:
            raise MailboxUnreachable(f"the mailbox {wrong}: {_said(error)}", where=self.name) from error


class _Refused(OSError):
    """The server does not do this to one mail."""


def _told_already(box: BaseMailBox) -> bool:
    """Whether a line has come together with the answer to IDLE: it waits in a buffer then, where no poll sees it."""
    client = box.client
    client.sock.settimeout(0)
    try:
        return bool(client._get_line())
    except (OSError, imaplib.IMAP4.abort):
        return False
    finally:
        client.sock.settimeout(ANSWER)


def _uid(arrival: Arrival) -> str:
    return arrival.stamp.rpartition(" ")[2]


def _said(error: Exception) -> str:
    """What the server or the system says, on one line."""
    text = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return "".join(each if each.isprintable() else " " for each in plain)[:200] or type(error).__name__
