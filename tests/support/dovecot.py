"""A private Dovecot (IMAP with IDLE and MOVE, delivery by LMTP) in a temporary folder, loopback only."""

from __future__ import annotations

import base64
import grp
import hmac
import imaplib
import json
import os
import pwd
import shutil
import smtplib
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from tests.support.certificates import make_certificate
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
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
mail_location = maildir:{folder}/mail/%u
auth_cache_size = 0
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
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
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


TOKENS = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""
SECRET = b"a secret that only the issuer of tokens and the server know"


def token(user: str, lasts: float = 600.0) -> str:
    """An access token for a user, as its issuer signs it (JWT, HS256)."""
    now = int(time.time())
    head = {"alg": "HS256", "typ": "JWT"}
    said = {"sub": user, "iat": now - 1000, "exp": now + int(lasts), "scope": "mail"}
    parts = ".".join(_coded(json.dumps(each).encode()) for each in (head, said))
    return f"{parts}.{_coded(hmac.digest(SECRET, parts.encode(), 'sha256'))}"


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


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
        self.port, self.tls_port, self.lmtp_port = free_port(), free_port(), free_port()
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
            uid=account.pw_uid, gid=account.pw_gid, imap=self.port, imaps=self.tls_port,
            lmtp=self.lmtp_port, password=PASSWORD,
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(text)
        (self.folder / "oauth2.conf").write_text(TOKENS.format(folder=self.folder))
        keys = self.folder / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(base64.b64encode(SECRET).decode())
        self.certificate, _ = make_certificate(self.folder)
        with suppress(PermissionError):
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid)
