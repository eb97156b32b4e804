"""The mail server that mails go out by, as the settings name it: one URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from hub.mailboxes import is_here

FORM = "such as smtp://orders%40us.example:password@mail.us.example:587 or smtps://…:465"
PORTS = {"smtps": 465, "smtp": 587}


@dataclass(frozen=True, slots=True)
class MailServerAddress:
    """Where the mail server is, and how it is spoken to."""

    host: str
    port: int
    security: str
    """``tls``; ``starttls``; ``none`` on this machine, or where no password goes over the line and it is said so"""
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What it is called in logs and metrics, without its password."""
        return f"{self.host}:{self.port}"


def mail_server_address(url: str) -> MailServerAddress:
    """The mail server that a URL names. Raises ValueError, which never shows the password."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        options = parse_qs(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
    except ValueError:
        raise ValueError(f"is no mail server: write it {FORM}") from None
    if parts.scheme not in PORTS or not host or port == 0 or parts.path.strip("/"):
        raise ValueError(f"is no mail server: write it {FORM}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("names a user without a password, or a password without a user")
    if not (user + password).isprintable():
        raise ValueError("user and password are to be printable")
    if options not in ({}, {"tls": ["no"]}):
        raise ValueError("tls=no is all that may be said after the question mark")
    security = "tls" if parts.scheme == "smtps" else "none" if is_here(host) else "starttls"
    if options:
        if password or security == "tls":
            raise ValueError("tls=no would send the password, or what smtps:// is to hide, for all to read")
        security = "none"
    return MailServerAddress(host, port or PORTS[parts.scheme], security, user, password)
