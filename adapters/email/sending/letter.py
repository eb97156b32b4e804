"""A mail of ours as it goes out: headers, text and HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from adapters.email.sending.body import as_html, as_text, one_line
from adapters.email.sending.phrasing import Table

ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,500}>")
_UNFOLDED = SMTP.clone(max_line_length=300)
"""a header that is folded before its first word is shown with a gap by some programs"""
_LONGEST = 40
"""Message-IDs that References names at most"""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who a mail is from and for, and what it belongs to."""

    sender: str
    to: str
    subject: str
    message_id: str
    reply_to: str = ""
    thread: Sequence[str] = ()
    """Message-IDs of the conversation so far, oldest first"""


def written(
    head: Letterhead, paragraphs: list[str], tables: Mapping[str, Table], language: str, now: datetime
) -> bytes:
    """The mail, with everything that keeps machines from answering it."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = head.sender, head.to
    if head.reply_to:
        message["Reply-To"] = head.reply_to
    message["Subject"] = head.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = head.message_id
    thread = [one for one in head.thread if ID.fullmatch(one)]
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join([thread[0], *thread[1:][-_LONGEST:]])
    message["Auto-Submitted"] = "auto-replied" if thread else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(as_text(paragraphs, tables), cte="quoted-printable")
    message.add_alternative(as_html(paragraphs, tables, language), subtype="html", cte="quoted-printable")
    message["Content-Language"] = language
    message.set_boundary("=_" + head.message_id.strip("<>").partition("@")[0])
    return message.as_bytes(policy=_UNFOLDED)


def named(name: str, address: str) -> str:
    """An address with a name before it that can do no harm."""
    return f'"{quoted(name)}" <{address}>'


def quoted(text: str) -> str:
    """A name without what ends it."""
    return re.sub(r'["\\<>]', "", one_line(text))[:100]
