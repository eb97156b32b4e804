"""Which of our questions or orders a mail answers: by token, then References, then subject.

A token locates, it does not authorise.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.email.mail.mime import Mail

_MARK = re.compile(r"\[#([a-z0-9]{10,64})\]", re.IGNORECASE)
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_ID = re.compile(r"<[^<>\s]{1,500}>")


@dataclass(frozen=True, slots=True)
class Located:
    """The conversation that a mail belongs to, and by what it was found."""

    conversation: Mapping[str, Any]
    by: str
    """``token``, ``references``, ``subject``; empty: none was found"""
    token: str = ""
    """the token that the mail carries, known or not"""
    conflict: str = ""

    def get(self, name: str) -> str:
        """A value of the conversation as text; empty when absent."""
        value = self.conversation.get(name)
        return "" if value is None else str(value)

    @property
    def kind(self) -> str:
        """``penalty_question``, ``revise_request``, ``order_confirmation``, ``material_po``…; empty: none."""
        return self.get("kind")


def tokens(mail: Mail, our_domain: str) -> set[str]:
    """The tokens in the mail's recipients at our domain, and in its subject."""
    found = {match.lower() for match in _MARK.findall(mail.first("subject"))}
    for address in mail.addresses(*_RECIPIENTS):
        local, _, domain = address.rpartition("@")
        if domain == our_domain.lower() and "+" in local:
            found.add(local.partition("+")[2])
    return found


def message_ids(mail: Mail) -> list[str]:
    """The Message-IDs of the mail's thread, that which it answers last."""
    found = [one for name in ("references", "in-reply-to") for value in mail.all(name) for one in _ID.findall(value)]
    return list(reversed(dict.fromkeys(reversed(found))))


def _has_token(conversation: Mapping[str, Any], token: str) -> bool:
    plain, hashed = conversation.get("reply_token"), conversation.get("reply_token_sha256")
    if isinstance(plain, str) and plain and hmac.compare_digest(plain.lower().encode(), token.encode()):
        return True
    digest = hashlib.sha256(token.encode()).hexdigest()
    return isinstance(hashed, str) and hmac.compare_digest(hashed.encode(), digest.encode())


def _ids(conversation: Mapping[str, Any]) -> list[str]:
    known = [conversation.get("message_id"), *(conversation.get("message_ids") or ())]
    return [one for one in known if isinstance(one, str)]


def _differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether they are about different orders, or ask different questions of the same kind."""
    if any(str(one.get(name) or "") != str(other.get(name) or "") for name in ("po_number", "material_po_id")):
        return True
    same_kind = one.get("kind") == other.get("kind")
    return same_kind and str(one.get("question_id") or "") != str(other.get("question_id") or "")


def locate(mail: Mail, conversations: Sequence[Mapping[str, Any]], our_domain: str, sender_domain: str) -> Located:
    """Find the conversation; two marks that lead to different ones are a conflict."""
    carried = tokens(mail, our_domain)
    ids = message_ids(mail)
    token = next(iter(sorted(carried)), "")
    by_token = [c for c in conversations if any(_has_token(c, one) for one in carried)]
    by_id = [c for one in ids for c in conversations if one in _ids(c)]
    conflict = ""
    if len(carried) > 1 or len(by_token) > 1:
        conflict = "the mail carries more than one token"
    elif by_token and by_id and _differ(by_token[0], by_id[-1]):
        conflict = "the token belongs to one conversation, the thread to another"
    if by_token:
        return Located(by_token[0], "token", token, conflict)
    if by_id:
        orders = {(str(c.get("po_number")), str(c.get("material_po_id"))) for c in by_id}
        several = "the thread belongs to several conversations" if len(orders) > 1 else ""
        return Located(by_id[-1], "references", token, conflict or several)
    subject = mail.first("subject")
    by_subject = [
        c for c in conversations if _names(subject, str(c.get("po_number") or "")) and party(c) in ("", sender_domain)
    ]
    if len({str(c.get("po_number")) for c in by_subject}) == 1 and mail.first("in-reply-to"):
        return Located(by_subject[-1], "subject", token, conflict)
    return Located({}, "", token, conflict)


def party(conversation: Mapping[str, Any]) -> str:
    """The domain of the party that was asked."""
    return str(conversation.get("party") or "").rpartition("@")[2].lower()


def _names(text: str, number: str) -> bool:
    return len(number) > 2 and bool(re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", text))
