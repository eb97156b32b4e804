"""Mail that no person wrote: bounces, automatic replies, newsletters. Never answered, never an order by accident."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.mail.document import Block, text_of
from adapters.email.mail.mime import Mail

_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon)@")
_NULL = re.compile(r"^<\s*>$")


def _has_no_sender(mail: Mail) -> bool:
    """Whether it was sent so that nothing ever comes back."""
    return bool(_NULL.match(mail.first("return-path").strip()))


def _submitted(mail: Mail) -> str:
    """What it says of how it came about: empty or ``no``, a person; ``auto-generated``, ``auto-replied``."""
    return fold(mail.first("auto-submitted")).strip()


def is_bounce(mail: Mail) -> bool:
    """Whether the mail says that one of ours could not be delivered."""
    if mail.report == "delivery-status" or any(leaf.content_type == "message/delivery-status" for leaf in mail.leaves):
        return True
    senders = mail.addresses("from")
    daemon = any(_DAEMON.match(address) for address in senders)
    subject = bool(vocabulary().says("bounce_subject", mail.first("subject")))
    null = _has_no_sender(mail)
    return (daemon and (subject or null)) or (null and subject)


def is_automatic_reply(mail: Mail, own: Sequence[Block], asks: bool) -> bool:
    """Whether a program answered: by its headers, its subject, or what such programs say.

    ``asks``: the mail orders, cancels or answers; then its headers alone count, for a person may mention a holiday.
    """
    words = vocabulary()
    submitted = _submitted(mail)
    if submitted.startswith("auto-replied") or mail.report == "disposition-notification":
        return True
    if mail.all("x-autoreply") or mail.all("x-autorespond") or fold(mail.first("precedence")).strip() == "auto_reply":
        return True
    subject = fold(mail.first("subject")).strip()
    if re.match(rf"^(?:{'|'.join(re.escape(p) for p in words.phrases['receipt_subject'])})", subject):
        return True
    if asks:
        return False
    start = re.sub(r"^(?:(?:re|aw|sv|vs|tr|fwd?|antw)\s*:\s*)+", "", subject)
    if words.patterns["auto_subject"].match(start):
        return True
    text = "\n".join(line.text for line in text_of(own))[:1500]
    return bool(words.says("auto_body", text)) and bool(
        mail.all("x-auto-response-suppress")
        or submitted.startswith("auto")
        or mail.first("in-reply-to")
        or _has_no_sender(mail)
    )


def is_bulk(mail: Mail) -> bool:
    """Whether the mail went to a list or to many."""
    listed = any(
        mail.all(name) for name in ("list-id", "list-unsubscribe", "list-post", "x-mailgun-tag", "feedback-id")
    )
    return listed or fold(mail.first("precedence")).strip() in ("bulk", "list", "junk")


def may_be_answered(mail: Mail, our_domain: str) -> str:
    """The address that an automatic answer may go to; empty: there must be none.

    An ERP's order is automatic itself: an answer may go to the Reply-To that it names, and nowhere else.
    """
    submitted = _submitted(mail)
    if is_bounce(mail) or is_bulk(mail) or _has_no_sender(mail) or mail.report or mail.all("x-autoreply"):
        return ""
    if submitted.startswith("auto-replied"):
        return ""
    named = mail.addresses("reply-to")
    senders = named if submitted not in ("", "no") else (named or mail.addresses("from"))
    return next((a for a in senders if not a.endswith("@" + our_domain.lower()) and not _DAEMON.match(a)), "")
