"""The header of X12 orders: BEG and BCH with the segments before the first line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.edi.mapping import put
from adapters.edi.values import implied_hundredths
from adapters.edi.x12 import lines, parties
from adapters.edi.x12.envelope import at
from adapters.edi.x12.fields import Fields
from hub.messages.customer_po import CHANGE_NUMBER

_PARTY_SEGMENTS = frozenset({"N2", "N3", "N4", "PER"})


class OrderHeader:
    """What the header of one 850 or 860 says."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.data: dict[str, Any] = {}
        self.purpose = ""
        self.type = ""
        self.position = 0
        self._party: dict[str, Any] | None = None
        self._contacts: list[dict[str, Any]] = []

    def finished(self) -> dict[str, Any]:
        """The fields of the normalised order, with contacts of the order as contacts of the buyer."""
        self.data.pop("_date", None)
        if self._contacts:
            found = self.data.setdefault("parties", [])
            buyer = next((party for party in found if party["role"] == "buyer"), None)
            if buyer is None:
                buyer = {"role": "buyer"}
                found.append(buyer)
            buyer.setdefault("contacts", []).extend(self._contacts)
            self._contacts = []
        return self.data

    def take(self, tag: str, position: int, segment: list[str]) -> None:
        """Take over what a segment before the first line says."""
        if tag in _PARTY_SEGMENTS and self._party is not None:
            parties.extend(self.fields, self._party, position, segment)
            return
        handler = HANDLERS.get(tag)
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
            self._refer(CHANGE_NUMBER, at(bch, 5))
        if at(bch, 7):
            self._refer("request", at(bch, 7))
        if at(bch, 11):
            self.fields.keep_text(position, "BCH11", f"change of {self.fields.date(position, bch, 11) or ''}")

    def _beginning(self, position: int, segment: list[str], *, date: int, contract: int) -> None:
        header = self.data
        put(header, "po_number", at(segment, 3))
        put(header, "release", at(segment, 4))
        put(header, "order_date", self.fields.date(position, segment, date))
        if at(segment, contract):
            self._refer("CT", at(segment, contract))
        self.purpose, self.type, self.position = at(segment, 1), at(segment, 2), position

    def _refer(self, kind: str, value: str) -> None:
        self.data.setdefault("references", []).append({"kind": kind, "value": value})

    def on_cur(self, position: int, cur: list[str]) -> None:
        """The currency; the first one counts, and a rate of exchange is kept."""
        value = self.fields.currency(position, cur, 2)
        if "currency" in self.data:
            self.fields.keep(position, cur)
            return
        put(self.data, "currency", value)
        if any(part.strip() for part in cur[3:]):
            self.fields.keep(position, cur)

    def on_ref(self, position: int, ref: list[str]) -> None:
        """A reference."""
        value = at(ref, 2) or at(ref, 3)
        if lines.heads_notes(ref):
            if not value.isalpha():
                self.fields.keep(position, ref)
            return
        if value:
            self._refer(at(ref, 1) or "REF", value)
        if at(ref, 2) and at(ref, 3):
            self.fields.keep_text(position, "REF03", at(ref, 3))

    def on_msg(self, position: int, msg: list[str]) -> None:
        """Free text."""
        text = at(msg, 2) if msg[0] == "MTX" else at(msg, 1)
        if text:
            self.data.setdefault("notes", []).append(text)

    def on_nte(self, position: int, nte: list[str]) -> None:
        """A note."""
        if at(nte, 2):
            self.data.setdefault("notes", []).append(at(nte, 2))

    def on_pid(self, position: int, pid: list[str]) -> None:
        """A description of the whole order."""
        if at(pid, 5):
            self.data.setdefault("notes", []).append(at(pid, 5))
        else:
            self.fields.keep(position, pid)

    def on_n1(self, position: int, n1: list[str]) -> None:
        """A party begins."""
        self._party = parties.begin(self.fields, position, n1)
        self.data.setdefault("parties", []).append(self._party)

    def on_per(self, position: int, per: list[str]) -> None:
        """Whom to ask about the order."""
        contact = parties.contact(self.fields, position, per)
        if contact:
            self._contacts.append(contact)

    def on_dtm(self, position: int, dtm: list[str]) -> None:
        """A date of the whole order."""
        lines.take_date(self.fields, self.data, position, dtm)

    def _terms(self) -> dict[str, Any]:
        terms: dict[str, Any] = self.data.setdefault("terms", {})
        return terms

    def on_itd(self, position: int, itd: list[str]) -> None:
        """Terms of payment."""
        said = []
        if at(itd, 3).strip("0."):
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
                self.fields.document.fault(
                    "number_invalid", position, 5, value=at(sac, 5), detail=" with two implied decimals"
                )
        kind = {"A": "allowance", "C": "charge"}.get(at(sac, 1), at(sac, 1))
        words = [kind, at(sac, 2) or at(sac, 4), amount, f"{at(sac, 7)} %" if at(sac, 7) else "", at(sac, 15)]
        self._terms().setdefault("charges", []).append(" ".join(filter(None, words)))
        if any(part.strip() for part in (*sac[8:15], *sac[16:])):
            self.fields.keep(position, sac, "charge" if at(sac, 1) == "C" else "allowance")


HANDLERS: dict[str, Callable[[OrderHeader, int, list[str]], None]] = {
    "BEG": OrderHeader.on_beg,
    "BCH": OrderHeader.on_bch,
    "CUR": OrderHeader.on_cur,
    "REF": OrderHeader.on_ref,
    "N9": OrderHeader.on_ref,
    "MSG": OrderHeader.on_msg,
    "MTX": OrderHeader.on_msg,
    "NTE": OrderHeader.on_nte,
    "PID": OrderHeader.on_pid,
    "N1": OrderHeader.on_n1,
    "PER": OrderHeader.on_per,
    "DTM": OrderHeader.on_dtm,
    "ITD": OrderHeader.on_itd,
    "FOB": OrderHeader.on_fob,
    "TD5": OrderHeader.on_td5,
    "SAC": OrderHeader.on_sac,
}
"""What the segments before the first line say; the rest is kept as it is"""
