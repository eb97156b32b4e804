"""Writing to customers and suppliers: text and HTML, in the thread, in their language."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.email.sending.body import one_line
from adapters.email.sending.letter import Letterhead, named, written
from adapters.email.sending.phrasing import TABLES, Phrasing
from adapters.email.sending.task_writer import TaskWriter
from adapters.email.sending.wording import FALLBACK, Wording
from hub.messages.customer_po import AnswerPenalty, Party
from hub.partners import Partner
from hub.ports import MAIL_ADDRESS, Composed, Numbers, Occasion

SENDER = "MetalWorks Orders"
RECEIPT = "order.received"
TOLD_TO_CUSTOMERS = frozenset(
    {
        "order.confirmed",
        "order.revision-requested",
        "order.reminded",
        "order.lapsed",
        "order.rejected",
        "order.changed",
        "order.change-refused",
        "order.delay-confirmed",
        "shipment.shipped",
        "cancellation.granted",
        "cancellation.refused",
        "cancellation.extended",
        "cancellation.penalty-proposed",
        "cancellation.reminded",
        "cancellation.penalty-expired",
        "cancellation.penalty-declined",
        "command.refused",
    }
)
TOLD_TO_SUPPLIERS = frozenset(
    {
        "material-po.issued",
        "material-po.reminded",
        "material-po.cancel-requested",
        "material-po.reduced",
        "material-po.change-accepted",
    }
)


def plain_type(event_type: str) -> str:
    """The type of an event without its version."""
    return re.sub(r"\.v\d+$", "", event_type)


def reply_address(token: str, our_domain: str) -> str:
    """Where an answer goes; with a token it finds its question by itself."""
    return f"orders+{token}@{our_domain}" if token else f"orders@{our_domain}"


def envelope_sender(message_id: str, our_domain: str) -> str:
    """The envelope sender of one message alone, so that its bounce can be told from any other."""
    return f"bounces+{message_id.strip('<>').partition('@')[0]}@{our_domain}"


class EmailWriter:
    """Writes mails. ``receipts`` says whether customers are told as soon as an order has come in; ``deliver_to`` is
    where suppliers deliver.

    Templates in the folder ``templates`` replace the hub's own. Raises ConfigurationError when one is wrong.
    """

    def __init__(
        self, *, receipts: bool = False, templates: Path | None = None, deliver_to: Party | None = None
    ) -> None:
        self._wording = Wording(templates)
        self._deliver_to = _in_one_line(deliver_to) if deliver_to else ""
        self.tasks = TaskWriter(self._wording)
        """writes to our own people, in the same words"""
        self._types = TOLD_TO_CUSTOMERS | TOLD_TO_SUPPLIERS | ({RECEIPT} if receipts else frozenset())

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are templates in."""
        return self._wording.languages

    def writes(self, event_type: str) -> bool:
        """Whether partners are told of such events by mail."""
        return plain_type(event_type) in self._types

    def compose(self, occasion: Occasion, numbers: Numbers, now: datetime) -> Composed | None:
        """The mail that tells the partner of the event; None when this partner is not to be told."""
        name = plain_type(occasion.event.TYPE)
        address = destination(occasion.partner, occasion.our_domain)
        data = occasion.event.data()
        if name not in self._types or not address or not _concerns(name, data, occasion.partner):
            return None
        language = self._language(occasion.partner, name)
        say = Phrasing(self._wording.words(language), now.tzinfo)
        title, paragraphs = self._wording.render(language, name, self._values(occasion, data, say))
        currency = _currency(occasion, data)
        tables = {mark: make(say, data, currency) for mark, make in TABLES.items() if f"%%{mark}%%" in paragraphs}
        subject = _subject(occasion, title)
        message_id = _message_id(occasion, name, data)
        head = Letterhead(
            sender=named(SENDER, f"orders@{occasion.our_domain}"),
            to=named(occasion.partner.name, address),
            subject=subject + _mark(occasion.reply_token),
            message_id=message_id,
            reply_to=reply_address(occasion.reply_token, occasion.our_domain),
            thread=occasion.thread,
        )
        content = written(head, paragraphs, tables, language, now)
        return Composed("email", content, "eml", subject, message_id, address)

    def _values(self, occasion: Occasion, data: Mapping[str, Any], say: Phrasing) -> dict[str, Any]:
        """What a template may name; absent values are empty."""
        return _values(occasion, data, say) | {"deliver_to": self._deliver_to}

    def _language(self, partner: Partner, name: str) -> str:
        """The partner's language, where there is such a template in it."""
        wanted = partner.email.language if partner.email else FALLBACK
        return wanted if self._wording.has(wanted, name) else FALLBACK


def destination(partner: Partner, our_domain: str) -> str:
    """Where this partner is written to; empty: nowhere, above all never to ourselves."""
    if partner.email is None:
        return ""
    candidates = [partner.email.answer_to or "", *partner.email.addresses]
    address = next((one.strip() for one in candidates if one.strip()), "")
    ours = address.lower().rpartition("@")[2] == our_domain.lower()
    return address if MAIL_ADDRESS.fullmatch(address) and not ours else ""


def _concerns(name: str, data: Mapping[str, Any], partner: Partner) -> bool:
    """Whether the event is for this partner, and says something to it: a void offer, an answer that came too late."""
    if name == "cancellation.extended" and not data.get("voided_question_id"):
        return False
    if name == "command.refused" and data["type"] != AnswerPenalty.TYPE:
        return False
    return (name in TOLD_TO_SUPPLIERS) == (partner.role == "supplier")


def _currency(occasion: Occasion, data: Mapping[str, Any]) -> str:
    stated = (
        data.get("currency")
        or (data.get("po") or {}).get("currency")
        or (occasion.po.currency if occasion.po else None)
    )
    return str(stated or occasion.partner.currency or "")


def _subject(occasion: Occasion, title: str) -> str:
    """The subject of the thread, or a new one."""
    known = one_line(occasion.subject)
    plain = re.sub(r"^(?:\s*(?:re|aw|sv|vs|antw|tr|wg|fwd?)\s*:\s*)+", "", known, flags=re.IGNORECASE)
    plain = re.sub(r"\s*\[#[a-z0-9]+\]", "", plain, flags=re.IGNORECASE).strip()
    subject = f"Re: {plain}" if plain and occasion.thread else title
    return one_line(subject)[:200]


def _mark(token: str) -> str:
    """What the subject shows beside its words: an answer is found by it too."""
    return f" [#{token}]" if re.fullmatch(r"[a-z0-9]{20,64}", token) else ""


def _in_one_line(site: Party) -> str:
    where = site.address
    parts: list[str | None] = [site.name]
    if where:
        town = " ".join(filter(None, (where.postal_code, where.city, where.region)))
        parts += [*where.lines, town, where.country]
    return one_line(", ".join(filter(None, parts)))


def _values(occasion: Occasion, data: Mapping[str, Any], say: Phrasing) -> dict[str, Any]:
    lines = [line for line in data.get("lines") or [] if isinstance(line, str)]
    return {
        "name": occasion.partner.name,
        "po_number": data.get("po_number") or (occasion.po.po_number if occasion.po else ""),
        "material_po_id": data.get("material_po_id", ""),
        "revision": int(data.get("revision", 1)),
        "version": int(data.get("version", 1)),
        "reason": data.get("reason") or data.get("message") or "",
        "code": data.get("code") or "",
        "line": data.get("line", ""),
        "lines": ", ".join(lines),
        "refused": ", ".join(data.get("refused") or []),
        "reasons": "; ".join(f"{each['line']}: {each['reason']}" for each in data.get("reasons") or []),
        "confirmed": say.day(data.get("confirmed")),
        "before": say.day(data.get("before")),
        "shipped_on": say.day(data.get("shipped_on")),
        "number": data.get("number", ""),
        "carrier": data.get("carrier") or "",
        "tracking": data.get("tracking") or "",
        "penalty": say.money(data.get("penalty")),
        "expires": say.instant(data["expires_at"]) if data.get("expires_at") else "",
        "reply_address": reply_address(occasion.reply_token, occasion.our_domain),
    }


def _message_id(occasion: Occasion, name: str, data: Mapping[str, Any]) -> str:
    """Derived from the event, so that writing the same mail twice gives the same Message-ID."""
    seed = json.dumps([name, occasion.partner.id, occasion.reply_token, data], sort_keys=True, default=str)
    return f"<{hashlib.sha256(seed.encode()).hexdigest()[:40]}@{occasion.our_domain}>"
