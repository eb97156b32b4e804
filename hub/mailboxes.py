"""Mailboxes as the settings name them: one URL each."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

FORM = "such as imaps://orders%40us.example:password@mail.us.example/INBOX?processed=Processed&failed=Failed"
PORTS = {"imaps": 993, "imap": 143}


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """Where a mailbox is, and the folders that mails move to."""

    host: str
    port: int
    security: str
    """``tls``; ``starttls``; ``none`` on this machine only"""
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    processed: str = "Processed"
    failed: str = "Failed"
    token_file: str = ""
    """a file that holds an access token (XOAUTH2), in place of a password"""
    token_command: str = ""
    """a command that prints one"""

    @property
    def name(self) -> str:
        """What it is called in logs and metrics, without its password."""
        user = self.user.partition("@")[0] if self.user.endswith(f"@{self.host}") else self.user
        name = f"{user}@{self.host}" if "@" not in user else user
        return name if self.folder.upper() == "INBOX" else f"{name}/{self.folder}"


def mailbox_address(url: str) -> MailboxAddress:
    """The mailbox that a URL names. Raises ValueError, which never shows the password."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        options = parse_qs(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
    except ValueError:
        raise ValueError(f"is no mailbox: write it {FORM}") from None
    if parts.scheme not in PORTS or not host or port == 0:
        raise ValueError(f"is no mailbox: write it {FORM}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folders = {"processed": "Processed", "failed": "Failed"}
    tokens = {"token_file": "", "token_command": ""}
    for name, values in options.items():
        known = folders if name in folders else tokens if name in tokens else None
        if known is None or len(values) != 1 or not values[0]:
            text = "processed and failed name its folders, token_file or token_command its access token"
            raise ValueError(f"{name!r} is nothing that a mailbox has: {text}")
        known[name] = values[0]
    if not user or [bool(password), *map(bool, tokens.values())].count(True) != 1:
        raise ValueError(
            f"names no user, or not exactly one of password, token_file and token_command: write it {FORM}"
        )
    folder = unquote(parts.path).strip("/") or "INBOX"
    named = [folder, *folders.values()]
    if len(set(named)) < len(named):
        raise ValueError("the mailbox's folder, processed and failed are to be three folders")
    if any(not each.isprintable() for each in (user, password, *named, *tokens.values())):
        raise ValueError("user, password, folders and token are to be printable")
    security = "tls" if parts.scheme == "imaps" else "none" if is_here(host) else "starttls"
    return MailboxAddress(host, port or PORTS[parts.scheme], security, user, password, folder, **folders, **tokens)


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
