"""The parts and headers of a mail, read so that no mail can break the reader.

The standard library's ``compat32`` policy is used: it parses anything. Its accessors can still raise on
hostile input, so each is guarded here, and what they give is plain text.
"""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from adapters.email.limits import DEFAULT, Limits, MailTooLarge
from adapters.email.mail.charset import decode

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLAUSIBLE = re.compile(
    rb"^(From|To|Subject|Date|Message-ID|Received|Return-Path|MIME-Version|Content-Type|Delivered-To|"
    rb"Authentication-Results|DKIM-Signature|Reply-To|X-[A-Za-z0-9-]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part of a mail that holds content."""

    name: str
    """generated: ``body``, ``html``, ``attachment 1``; a sender's file name is never used as one"""
    content_type: str
    filename: str
    charset: str
    content: bytes
    attached: bool
    alternative: int = 0
    """number of the multipart/alternative that the part belongs to; 0: none"""
    unreadable: str = ""
    """why nobody can say what it holds, if that is so"""

    @property
    def text(self) -> str:
        """The content as text."""
        return decode(self.content, self.charset)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail with its headers decoded, in their order, and its parts."""

    headers: tuple[tuple[str, str], ...]
    leaves: tuple[Leaf, ...]
    enclosed: tuple[Leaf, ...] = ()
    """mails inside the mail; their content is quoted matter"""
    report: str = ""
    """the report-type of a multipart/report"""
    fault: str = ""
    """what made part of the mail unreadable"""

    def all(self, name: str) -> tuple[str, ...]:
        """The values of every header of that name."""
        wanted = name.lower()
        return tuple(value for known, value in self.headers if known == wanted)

    def first(self, name: str) -> str:
        """The first value of that header, or nothing."""
        return next(iter(self.all(name)), "")

    def addresses(self, *names: str) -> tuple[str, ...]:
        """The addresses of these headers, in small letters."""
        values = [value for name in names for value in self.all(name)]
        return tuple(address for address in (_address(found) for found in _pairs(values)) if address)


def _pairs(values: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses(values)
    except Exception:  # noqa: BLE001 - the standard library raises many things on broken input
        return []


def _address(pair: tuple[str, str]) -> str:
    address = pair[1].strip().lower()
    return address if re.fullmatch(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+", address) else ""


def looks_like_mail(raw: bytes) -> bool:
    """Whether these bytes begin like a mail: header lines, two of them well known."""
    head = re.split(rb"\r?\n\r?\n", raw[:20_000].lstrip(b"\r\n"), maxsplit=1)[0]
    head = head.removeprefix(b"\xef\xbb\xbf")
    first = head.split(b"\n", 1)[0]
    begins = re.match(rb"(From [^\r\n]+|[A-Za-z][A-Za-z0-9-]*[ \t]*:)", first)
    return bool(begins) and len(set(_PLAUSIBLE.findall(head))) >= 2


def decode_words(value: object) -> str:
    """A header's value with its encoded words decoded, on one line."""
    plain = _CONTROL.sub(" ", re.sub(r"\r?\n[ \t]*", " ", _printable(value)))
    try:
        pieces = decode_header(plain)
    except Exception:  # noqa: BLE001 - the standard library raises many things on broken input
        return plain.strip()
    words = []
    for piece, charset in pieces:
        words.append(decode(piece, charset or "") if isinstance(piece, bytes) else piece)
    return _CONTROL.sub(" ", "".join(words)).replace("\n", " ").strip()


def _printable(value: object) -> str:
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read_mail(raw: bytes, limits: Limits = DEFAULT) -> Mail:
    """Take a mail apart. Raises MailTooLarge when a limit is exceeded, before parsing."""
    _check(raw, limits)
    message = email.message_from_bytes(raw)
    headers = tuple((name.strip().lower(), decode_words(value)) for name, value in message.raw_items())
    leaves: list[Leaf] = []
    enclosed: list[Leaf] = []
    fault = ""
    for part, alternative in _walk(message, limits):
        leaf = _leaf(part, alternative, len(leaves) + len(enclosed))
        (enclosed if leaf.content_type == "message/rfc822" else leaves).append(leaf)
        if len(leaves) + len(enclosed) > limits.parts:
            raise MailTooLarge(f"has more than {limits.parts} parts", where="parts")
    report = _guarded(lambda: str(message.get_param("report-type") or ""))
    if _guarded(message.get_content_type) != "multipart/report":
        report = ""
    if any(type(defect).__name__ in _TORN for part in message.walk() for defect in part.defects):
        fault = "the mail ends in the middle of a part"
    return Mail(headers, tuple(leaves), tuple(enclosed), report.lower(), fault)


_TORN = {"StartBoundaryNotFoundDefect", "CloseBoundaryNotFoundDefect", "InvalidBase64LengthDefect"}


def _check(raw: bytes, limits: Limits) -> None:
    if len(raw) > limits.message_bytes:
        raise MailTooLarge(f"is larger than {limits.message_bytes} bytes", where="message")
    end = re.search(rb"\r?\n\r?\n", raw[: limits.header_bytes + 4])
    if end is None and len(raw) > limits.header_bytes:
        raise MailTooLarge(f"has more than {limits.header_bytes} bytes of headers", where="header")
    lowered = raw.lower()
    if len(re.findall(rb"content-type[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(?:multipart|message)/", lowered)) > limits.nesting:
        raise MailTooLarge(f"has more than {limits.nesting} nested parts", where="nesting")
    if len(re.findall(rb"\ncontent-type[ \t]*:", lowered)) > limits.parts * 2:
        raise MailTooLarge(f"has more than {limits.parts} parts", where="parts")


_WHOLE = ("message/rfc822", "message/delivery-status")
"""what the standard library takes for several parts, and is one"""


def _walk(message: Message, limits: Limits, depth: int = 0, alternative: int = 0) -> Iterator[tuple[Message, int]]:
    if depth > limits.nesting:
        raise MailTooLarge(f"is nested more than {limits.nesting} deep", where="nesting")
    kind = _guarded(message.get_content_type) or "text/plain"
    payload = message.get_payload() if message.is_multipart() else None
    if kind in _WHOLE or not isinstance(payload, list):
        yield message, alternative
        return
    inside = id(message) if kind == "multipart/alternative" else alternative
    for part in payload:
        if isinstance(part, Message):
            yield from _walk(part, limits, depth + 1, inside)


def _leaf(part: Message, alternative: int, number: int) -> Leaf:
    kind = (_guarded(part.get_content_type) or "text/plain").lower()
    filename = decode_words(_guarded(lambda: part.get_filename() or ""))
    disposition = _guarded(lambda: str(part.get("content-disposition") or "")).strip().lower()
    attached = disposition.startswith("attachment") or bool(filename) or not kind.startswith("text/")
    content, unreadable = b"", ""
    try:
        content = _content(part, kind)
    except Exception as error:  # noqa: BLE001 - the standard library raises many things on broken input
        unreadable = type(error).__name__
    charset = _guarded(lambda: str(part.get_content_charset() or ""))
    name = f"attachment {number}" if attached else ("html" if kind == "text/html" else "body")
    return Leaf(name, kind, filename, charset, content, attached, alternative, unreadable)


def _content(part: Message, kind: str) -> bytes:
    if kind == "message/rfc822":
        return _enclosed(part)
    if kind == "message/delivery-status":
        return _blocks(part)
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _enclosed(part: Message) -> bytes:
    inner = part.get_payload()
    first = inner[0] if isinstance(inner, list) and inner else None
    return first.as_bytes() if isinstance(first, Message) else b""


def _blocks(part: Message) -> bytes:
    """The groups of fields of a delivery report, an empty line between them."""
    inner = part.get_payload()
    return (
        b"\n".join(each.as_bytes() for each in inner if isinstance(each, Message)) if isinstance(inner, list) else b""
    )


def _guarded(read: Callable[[], str]) -> str:
    try:
        return _printable(read())
    except Exception:  # noqa: BLE001 - the standard library raises many things on broken input
        return ""
