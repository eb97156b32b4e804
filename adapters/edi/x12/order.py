"""850 and 860: a customer's purchase order and its changes, as the normalised order (X12 850, 860)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.edi.mapping import (
    Job,
    Meaning,
    build,
    cancellation,
    check_schedule,
    check_totals,
    customer,
    number_lines,
    penalty_answer,
    put,
)
from adapters.edi.values import implied_hundredths
from adapters.edi.x12 import lines, parties
from adapters.edi.x12.change import resolve
from adapters.edi.x12.fields import Fields, at
from adapters.edi.x12.order_codes import NOT_ORDERS, ORDERS, PURPOSES
from hub.messages.base import Command
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.desk import Intent

_PARTY_SEGMENTS = frozenset({"N2", "N3", "N4", "PER"})


class OrderMap:
    """Reads one 850 or 860."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.header: dict[str, Any] = {}
        self.lines: list[dict[str, Any]] = []
        self.totals: dict[str, Any] = {}
        self._party: dict[str, Any] | None = None
        self._starts: list[int] = []

    def read(self) -> Meaning:
        """What the document says."""
        segments = self.document.segments
        line: dict[str, Any] | None = None
        handlers, handle_header = lines.HANDLERS, self._header_segment
        summary = False
        for position, segment in enumerate(segments, start=1):
            tag = segment[0]
            if line is not None:
                handler = handlers.get(tag)
                if handler is not None:
                    handler(self.fields, line, position, segment)
                    continue
            if tag == "PO1":
                line = lines.begin_po1(self.fields, position, segment)
            elif tag == "POC":
                line = lines.begin_poc(self.fields, position, segment)
            elif tag == "CTT":
                summary = True
                self._count(position, segment)
                continue
            elif tag == "AMT" and (summary or line is None):
                self._amount(position, segment)
                continue
            elif line is None:
                handle_header(tag, position, segment)
                continue
            elif tag not in ("SE", "ST"):
                self.fields.keep(position, segment)
                continue
            else:
                continue
            self.lines.append(line)
            self._starts.append(position)
        return self._meaning()

    def _header_segment(self, tag: str, position: int, segment: list[str]) -> None:
        if tag in _PARTY_SEGMENTS and self._party is not None:
            parties.extend(self.fields, self._party, position, segment)
            return
        handler = _HEADER.get(tag)
        if handler:
            handler(self, position, segment)
        elif tag not in ("ST", "SE"):
            self.fields.keep(position, segment)

    def on_beg(self, position: int, beg: list[str]) -> None:
        """The beginning of an 850."""
        self._beginning(position, beg, date=5, contract=6)

    def on_bch(self, position: int, bch: list[str]) -> None:
        """The beginning of an 860."""
        self._beginning(position, bch, date=6, contract=8)
        if at(bch, 5):
            self._refer("change-number", at(bch, 5))
        if at(bch, 7):
            self._refer("request", at(bch, 7))
        if at(bch, 11):
            self.fields.keep_text(position, "BCH11", f"change of {self.fields.date(position, bch, 11) or ''}")

    def _beginning(self, position: int, segment: list[str], *, date: int, contract: int) -> None:
        header = self.header
        put(header, "po_number", at(segment, 3))
        put(header, "release", at(segment, 4))
        put(header, "order_date", self.fields.date(position, segment, date))
        if at(segment, contract):
            self._refer("CT", at(segment, contract))
        header["_purpose"], header["_type"], header["_at"] = at(segment, 1), at(segment, 2), position

    def _refer(self, kind: str, value: str) -> None:
        self.header.setdefault("references", []).append({"kind": kind, "value": value})

    def on_cur(self, position: int, cur: list[str]) -> None:
        """The currency."""
        put(self.header, "currency", self.fields.currency(position, cur, 2))

    def on_ref(self, position: int, ref: list[str]) -> None:
        """A reference."""
        value = at(ref, 2) or at(ref, 3)
        if ref[0] == "N9" and at(ref, 1) == "L1":
            return
        if value:
            self._refer(at(ref, 1) or "REF", value)
        if at(ref, 2) and at(ref, 3):
            self.fields.keep_text(position, "REF03", at(ref, 3))

    def on_msg(self, position: int, msg: list[str]) -> None:
        """Free text."""
        text = at(msg, 2) if msg[0] == "MTX" else at(msg, 1)
        if text:
            self.header.setdefault("notes", []).append(text)

    def on_nte(self, position: int, nte: list[str]) -> None:
        """A note."""
        if at(nte, 2):
            self.header.setdefault("notes", []).append(at(nte, 2))

    def on_pid(self, position: int, pid: list[str]) -> None:
        """A description of the whole order."""
        if at(pid, 5):
            self.header.setdefault("notes", []).append(at(pid, 5))
        else:
            self.fields.keep(position, pid)

    def on_n1(self, position: int, n1: list[str]) -> None:
        """A party begins."""
        self._party = parties.begin(self.fields, position, n1)
        self.header.setdefault("parties", []).append(self._party)

    def on_per(self, position: int, per: list[str]) -> None:
        """Whom to ask about the order."""
        contact = parties.contact(self.fields, position, per)
        if contact:
            self.header.setdefault("_contacts", []).append(contact)

    def on_dtm(self, position: int, dtm: list[str]) -> None:
        """A date of the whole order."""
        lines.take_date(self.fields, self.header, position, dtm)

    def _terms(self) -> dict[str, Any]:
        terms: dict[str, Any] = self.header.setdefault("terms", {})
        return terms

    def on_itd(self, position: int, itd: list[str]) -> None:
        """Terms of payment."""
        said = []
        if at(itd, 3):
            within = f" within {at(itd, 5)} days" if at(itd, 5) else ""
            said.append(f"{at(itd, 3)} % discount{within}")
        if at(itd, 7):
            said.append(f"net {at(itd, 7)} days")
        said.extend(filter(None, [at(itd, 12)]))
        terms = self._terms()
        text = "; ".join(filter(None, [terms.get("payment", ""), ", ".join(said)]))
        put(terms, "payment", text)
        self.fields.keep(position, itd, "terms of payment")

    def on_fob(self, position: int, fob: list[str]) -> None:
        """Terms of delivery."""
        words = filter(None, (at(fob, 5), at(fob, 3), at(fob, 7)))
        put(self._terms(), "delivery", " ".join(words))
        self.fields.keep(position, fob, "terms of delivery")

    def on_td5(self, position: int, td5: list[str]) -> None:
        """The carrier."""
        text = at(td5, 5) or at(td5, 3)
        if text and "carrier" not in self._terms():
            self._terms()["carrier"] = text
        self.fields.keep(position, td5, "routing")

    def on_sac(self, position: int, sac: list[str]) -> None:
        """An allowance or a charge."""
        amount = ""
        if at(sac, 5):
            amount = implied_hundredths(at(sac, 5)) or ""
            if not amount:
                self.document.fault(
                    "number_invalid", position, 5, value=at(sac, 5), detail=" with two implied decimals"
                )
        kind = {"A": "allowance", "C": "charge"}.get(at(sac, 1), at(sac, 1))
        words = [kind, at(sac, 2) or at(sac, 4), amount, f"{at(sac, 7)} %" if at(sac, 7) else "", at(sac, 15)]
        self._terms().setdefault("charges", []).append(" ".join(filter(None, words)))

    def _count(self, position: int, ctt: list[str]) -> None:
        stated = self.fields.decimal(position, ctt, 1)
        if stated is not None:
            if "." in stated:
                self.document.fault("number_invalid", position, 1, value=at(ctt, 1))
            else:
                self.totals["lines"] = int(stated)
        if at(ctt, 2):
            put(self.totals, "quantity", self.fields.decimal(position, ctt, 2))
        if any(part.strip() for part in ctt[3:]):
            self.fields.keep(position, ctt)

    def _amount(self, position: int, amt: list[str]) -> None:
        value = self.fields.decimal(position, amt, 2, negative=True)
        if value is not None and at(amt, 1) in ("TT", "1"):
            self.totals["amount"] = value
        else:
            self.fields.keep(position, amt)

    def _meaning(self) -> Meaning:
        document, header = self.document, self.header
        purpose, kind, position = header.pop("_purpose", ""), header.pop("_type", ""), header.pop("_at", 0)
        intent, word = PURPOSES.get(purpose or "00", ("quarantine", "original"))
        likely: Intent | None = None
        if intent == "quarantine" and purpose:
            document.fault("purpose_unhandled", position, 1, value=purpose)
            likely = "new_po" if document.type == "850" else "change"
        if document.type == "850" and word == "change":
            document.fault("purpose_unhandled", position, 1, value=purpose)
            intent, likely = "quarantine", "change"
        if document.type == "860" and word == "original":
            intent, word = "change", "change"
        if kind not in ORDERS and kind and intent != "cancel":
            detail = NOT_ORDERS.get(kind, "the type of order is not one that the hub carries out")
            document.fault("order_type", position, 2, value=kind, detail=detail)
            likely = "not_an_order" if intent == "new_po" else intent
            intent = "quarantine"
        title = f"{document.type} {header.get('po_number', '')}".strip()
        answer = penalty_answer(self.job, header, purpose, title)
        if answer:
            return answer
        if document.type == "860" and purpose == "06" and not self.lines:
            document.fault("reference_missing", position, detail="the lines that the customer accepts")
            return Meaning("quarantine", (), "revision", title, quarantine=True)
        number_lines(self.document, self.lines, self._starts)
        if not resolve(self.job, header.get("po_number", ""), self.lines, self._starts) and intent == "change":
            intent, likely = "quarantine", "change"
        message = cancellation(self.job, header) if intent == "cancel" else self._order(word)
        return Meaning(intent, (message,) if message else (), likely, title, intent == "quarantine")

    def _order(self, purpose: str) -> Command | None:
        document, header = self.document, self.header
        if not self.lines and document.type == "860":
            document.fault("segment_missing", len(document.segments), tag="POC")
        contacts = header.pop("_contacts", None)
        if contacts:
            found = header.setdefault("parties", [])
            buyer = next((party for party in found if party["role"] == "buyer"), None)
            if buyer is None:
                buyer = {"role": "buyer"}
                found.append(buyer)
            buyer.setdefault("contacts", []).extend(contacts)
        header.pop("_date", None)
        for position, line in zip(self._starts, self.lines, strict=True):
            line.pop("_date", None)
            if "quantity" in line:
                check_schedule(document, line, position)
        if document.rejected and not all("quantity" in line and "unit" in line for line in self.lines):
            return None
        check_totals(document, self.totals, self.lines, whole=purpose != "change")
        data = {
            **header,
            "purpose": purpose,
            "customer": customer(self.job, header),
            "lines": self.lines,
            "source": self.job.source(),
            "unmapped": self.fields.unmapped,
        }
        put(data, "totals", self.totals)
        return build(SubmitCustomerPo, data, document) if self.lines and "po_number" in header else None


_HEADER: dict[str, Callable[[OrderMap, int, list[str]], None]] = {
    "BEG": OrderMap.on_beg,
    "BCH": OrderMap.on_bch,
    "CUR": OrderMap.on_cur,
    "REF": OrderMap.on_ref,
    "N9": OrderMap.on_ref,
    "MSG": OrderMap.on_msg,
    "MTX": OrderMap.on_msg,
    "NTE": OrderMap.on_nte,
    "PID": OrderMap.on_pid,
    "N1": OrderMap.on_n1,
    "PER": OrderMap.on_per,
    "DTM": OrderMap.on_dtm,
    "ITD": OrderMap.on_itd,
    "FOB": OrderMap.on_fob,
    "TD5": OrderMap.on_td5,
    "SAC": OrderMap.on_sac,
}
"""What the segments before the first line say; the rest is kept as it is"""
