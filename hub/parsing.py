"""What documents say, without any effect: what `hub parse` shows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.handlers.incoming.reading import read_document
from hub.messages.customer_po import SubmitCustomerPo
from hub.ports import Context, Draft, Finding, Reader, Reading
from hub.sagas.difference import content
from hub.sagas.numbers import short


class Throwaway:
    """Control numbers that nobody will use: 1, 2, 3…"""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, counter: str) -> int:
        """The next number of a counter."""
        self._last[counter] = self._last.get(counter, 0) + 1
        return self._last[counter]


class Parser:
    """Reads documents one after the other, as if they arrived in that order."""

    def __init__(self, readers: Sequence[Reader], context: Context, limit: int) -> None:
        self._readers = readers
        self._context = context
        self._limit = limit
        self._keys: dict[str, str] = {}
        """what earlier files are known by, each with its file"""
        self._orders: dict[tuple[str, str], dict[str, Any]] = {}
        """new purchase orders of earlier files"""

    def parse(self, raw: bytes, name: str) -> dict[str, Any]:
        """What one file says, in the form of the contract."""
        reading = self._read(raw, name, self._context)
        keys = _keys(raw, reading)
        duplicate_of = next((self._keys[key] for key in keys if key in self._keys), None)
        if duplicate_of is None and self._concerns_known(reading):
            reading = self._read(raw, name, self._with_earlier())
            keys = _keys(raw, reading)
        if duplicate_of is None and reading.disposition in {"accepted", "accepted_with_errors"}:
            self._keys |= dict.fromkeys(keys, name)
            self._note_orders(reading)
        return _shown(name, reading, duplicate_of)

    def _read(self, raw: bytes, name: str, context: Context) -> Reading:
        return read_document(raw, name, self._readers, context, self._limit)

    def _concerns_known(self, reading: Reading) -> bool:
        """Whether it might be taken otherwise because of a file before it."""
        return bool(self._orders) and reading.intent != "functional_ack"

    def _with_earlier(self) -> Context:
        known = {(each.get("customer_id"), each.get("po_number")) for each in self._context.known_orders}
        more = [order for key, order in self._orders.items() if key not in known]
        return replace(self._context, known_orders=(*self._context.known_orders, *more))

    def _note_orders(self, reading: Reading) -> None:
        for message in reading.messages:
            if not isinstance(message, SubmitCustomerPo) or not message.customer.id:
                continue
            partner = self._context.partners.get(message.customer.id)
            domains = partner.email.domains if partner and partner.email else []
            key = message.customer.id, message.po_number
            self._orders[key] = {
                "customer_id": message.customer.id,
                "po_number": message.po_number,
                "order_id": f"O-{short(*key)}",
                "lines": [{"line": line.line, "quantity": line.quantity, "unit": line.unit} for line in message.lines],
                **({"domain": domains[0]} if domains else {}),
            }


def _keys(raw: bytes, reading: Reading) -> list[str]:
    """What the file would be known by if it came again: its bytes, its numbers, and what it orders (R7)."""
    keys = [f"content:{hashlib.sha256(raw).hexdigest()}", *reading.keys]
    for message in reading.messages:
        if isinstance(message, SubmitCustomerPo) and message.customer.id:
            said = hashlib.sha256(orjson.dumps(content(message), option=orjson.OPT_SORT_KEYS)).hexdigest()
            keys.append(f"po:{message.customer.id}:{message.po_number}:{said}")
    return keys if raw.strip() else []


def _shown(name: str, reading: Reading, duplicate_of: str | None) -> dict[str, Any]:
    acknowledgements, faults = _acknowledgements(reading.drafts)
    return {
        "file": name,
        "kind": reading.kind,
        "intent": reading.intent,
        "disposition": reading.disposition,
        "messages": [{"type": message.TYPE, "data": message.data()} for message in reading.messages],
        "acknowledgements": acknowledgements,
        "errors": [
            {
                "code": each.code,
                "severity": each.severity,
                "message": each.message,
                "where": each.where,
                "todo": each.todo,
            }
            for each in (*reading.findings, *faults)
        ],
        "documents": [
            {"intent": part.intent, "disposition": part.disposition, "where": part.where} for part in reading.parts
        ],
        "duplicate_of": duplicate_of,
        "likely_intent": reading.likely_intent,
    }


def _acknowledgements(drafts: Sequence[Draft]) -> tuple[list[str], list[Finding]]:
    numbers, now = Throwaway(), datetime.now(UTC)
    texts, faults = [], []
    for draft in drafts:
        try:
            texts.append(as_text(draft.render(numbers, now)))
        except Exception as error:  # noqa: BLE001  # an answer that cannot be written is a finding, never a traceback
            text = f"the {draft.purpose} cannot be written: {type(error).__name__}: {error}"
            faults.append(Finding("acknowledgement_failed", "error", text))
    return texts, faults


def as_text(raw: bytes) -> str:
    """A document's bytes as text, none of them lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
