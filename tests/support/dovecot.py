"""A private Dovecot (IMAP with IDLE and MOVE, delivery by LMTP) in a temporary folder, loopback only."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import smtplib
import socket
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from tests.support.postgres import ordinary_user
from tests.support.processes import Killable, Process, ServerFailed, free_port, wait_ready
from tests.support.provision import dovecot_server

PASSWORD = 'pass,wo"rd@1'
BOOT = 60
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
mail_location = maildir:{folder}/mail/%u
auth_cache_size = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
protocol imap {{
  mail_max_userip_connections = 100
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


class PrivateDovecot(Killable):
    """A mail server of one's own, as installed on this machine; mails stay over `kill` and `start`.

    Every name is a user with the same password; a mailbox comes into being with its first mail.
    """

    def __init__(self) -> None:
        program = dovecot_server()
        if program is None:
            raise ServerFailed("no Dovecot is installed")
        self._program = program
        self._user = ordinary_user()
        super().__init__("dovecot")
        self.port, self.lmtp_port = free_port(), free_port()
        self.url = f"imap://127.0.0.1:{self.port}/"
        self._configure()
        self.start()

    def mailbox(self, user: str) -> str:
        """The mailbox of a user, as the hub's settings name it."""
        return f"imap://{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start the server on the mails that it has; return when it answers."""
        for name in ("run", "state"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        command = [str(self._program), "-F", "-c", str(self.folder / "dovecot.conf")]
        self.server = Process(command, self.folder / "server.log", user=self._user, remove=self.folder)
        wait_ready(self.server, lambda: self._greets(self.port) and self._greets(self.lmtp_port), BOOT, "Dovecot")

    def deliver(self, user: str, mails: Iterable[bytes], sender: str = "buyer@customer.example") -> None:
        """Deliver mails by LMTP, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=30) as session:
            for mail in mails:
                session.sendmail(sender, [user], mail)

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The mails in a folder, without changing anything; none when there is no such folder."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=30) as session:
            session.login(user, PASSWORD)
            if session.select(folder, readonly=True)[0] != "OK":
                return []
            _, found = session.uid("FETCH", "1:*", "(BODY.PEEK[])")
            return [each[1] for each in found if isinstance(each, tuple)]

    @staticmethod
    def _greets(port: int) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as stream:
            return stream.recv(1) in {b"*", b"2"}
        return False

    def _configure(self) -> None:
        account = pwd.getpwnam(self._user) if self._user else pwd.getpwuid(os.geteuid())
        text = CONFIGURATION.format(
            folder=self.folder, user=account.pw_name, group=grp.getgrgid(account.pw_gid).gr_name,
            uid=account.pw_uid, gid=account.pw_gid, imap=self.port, lmtp=self.lmtp_port, password=PASSWORD,
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(text)
        with suppress(PermissionError):
            for path in (self.folder, self.folder / "dovecot.conf"):
                os.chown(path, account.pw_uid, account.pw_gid)
