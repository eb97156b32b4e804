"""Mail servers as the settings name them, one URL each: mailboxes for what comes in, the server for what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

from hub.ports import MailAccount

MAILBOX = "imaps://orders%40us.example:password@mail.us.example/INBOX?processed=Processed&failed=Failed"
MAIL_SERVER = "smtp://orders%40us.example:password@mail.us.example:587 or smtps://…:465"
MAILBOX_PORTS = {"imaps": 993, "imap": 143}
MAIL_SERVER_PORTS = {"smtps": 465, "smtp": 587}
TOKENS = ("token_file", "token_command")


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """Where a mailbox is, and the folders that mails move to."""

    account: MailAccount
    folder: str = "INBOX"
    processed: str = "Processed"
    failed: str = "Failed"

    @property
    def name(self) -> str:
        """What it is called in logs and metrics, without its password."""
        user, host = self.account.user, self.account.host
        user = user.partition("@")[0] if user.endswith(f"@{host}") else user
        name = f"{user}@{host}" if "@" not in user else user
        return name if self.folder.upper() == "INBOX" else f"{name}/{self.folder}"


def mailbox_address(url: str) -> MailboxAddress:
    """The mailbox that a URL names. Raises ValueError, which never shows the password."""
    account, path, options = _read(url, MAILBOX_PORTS, "mailbox", MAILBOX)
    if not account.user:
        raise ValueError(f"names no user: write it such as {MAILBOX}")
    folders = {"processed": "Processed", "failed": "Failed"}
    if unknown := options.keys() - folders.keys():
        text = "processed and failed name its folders, token_file or token_command its access token"
        raise ValueError(f"{min(unknown)!r} is nothing that a mailbox has: {text}")
    folders |= options
    named = [path or "INBOX", *folders.values()]
    if len(set(named)) < len(named):
        raise ValueError("the mailbox's folder, processed and failed are to be three folders")
    return MailboxAddress(account, named[0], **folders)


def mail_server_account(url: str) -> MailAccount:
    """The mail server that a URL names. Raises ValueError, which never shows the password."""
    account, path, options = _read(url, MAIL_SERVER_PORTS, "mail server", MAIL_SERVER)
    if path:
        _refuse("mail server", MAIL_SERVER)
    if options not in ({}, {"tls": "no"}):
        text = "token_file or token_command its access token, tls=no that nothing is encrypted"
        raise ValueError(f"{min(options)!r} is nothing that a mail server has: {text}")
    if not options:
        return account
    if account.user or account.security == "tls":
        raise ValueError("tls=no would send the password, or what smtps:// is to hide, for all to read")
    return MailAccount(account.host, account.port, "none")


def _read(url: str, ports: Mapping[str, int], what: str, form: str) -> tuple[MailAccount, str, dict[str, str]]:
    """The account that a URL names, its path, and what else is said after the question mark. Raises ValueError."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        options = parse_qs(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
    except ValueError:
        _refuse(what, form)
    if parts.scheme not in ports or not host or port == 0:
        _refuse(what, form)
    for name, values in options.items():
        if len(values) != 1 or not values[0]:
            raise ValueError(f"{name!r} is to be said once, and to say something")
    said = {name: values[0] for name, values in options.items()}
    secrets = {"password": unquote(parts.password or ""), **{name: said.pop(name, "") for name in TOKENS}}
    user, path = unquote(parts.username or ""), unquote(parts.path).strip("/")
    if list(map(bool, secrets.values())).count(True) != bool(user):
        raise ValueError("is to name a user together with one of password, token_file and token_command")
    if any(not each.isprintable() for each in (user, path, *secrets.values(), *said.values())):
        raise ValueError("user, password, folders and token are to be printable")
    security = "tls" if parts.scheme.endswith("s") else "none" if _is_here(host) else "starttls"
    return MailAccount(host, port or ports[parts.scheme], security, user, **secrets), path, said


def _refuse(what: str, form: str) -> NoReturn:
    raise ValueError(f"is no {what}: write it such as {form}") from None


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
