"""An order from PO to shipment and cancellation, with partners who speak through their own EDI systems only.

Every document of ours is acknowledged by them, as every one of theirs is by the hub.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from hub.app import Hub, build
from hub.audit import audit
from hub.settings import Settings
from hub.store.queries import documents as listed
from tests.support.partner import Document, EdifactPartner, X12Partner
from tests.support.running import (
    ENGINEER,
    INSPECTOR,
    PROCUREMENT,
    SALES,
    SHIPPING,
    at_rest,
    documents,
    events,
    eventually,
    send,
)

PARTNERS = """\
partners:
  - id: C-X
    name: Brandywine Pumps
    channel: x12
    currency: USD
    cancellation_charge: true
    edi: {id: BRANDYWINE}
  - {id: S-X, name: Lehigh Plate, role: supplier, channel: x12, currency: USD, edi: {id: LEHIGHPLATE}}
  - id: C-E
    name: Auer Antriebe
    channel: edifact
    currency: EUR
    cancellation_charge: true
    edi: {id: "4012345000018", qualifier: "14", our_id: "4099990000994", our_qualifier: "14", acknowledges: true}
  - id: S-E
    name: Ruhr Blech
    role: supplier
    channel: edifact
    currency: EUR
    edi: {id: "4012345000025", qualifier: "14", our_id: "4099990000994", our_qualifier: "14", acknowledges: true}
materials:
  - id: PLATE-8MM
    unit: KGM
    suppliers:
      - {supplier: S-X, lead_time_days: 5, price: "1.10", currency: USD}
      - {supplier: S-E, lead_time_days: 5, price: "1.05", currency: EUR}
"""
WAREHOUSE = {"role": "warehouse-clerk", "name": "Sam Ode"}
NUMBER = "EX-2026-1"


@dataclass(frozen=True)
class Language:
    """What customer and supplier say in one standard, and how what we answer is known."""

    customer_id: str
    supplier_id: str
    customer: X12Partner | EdifactPartner
    supplier: X12Partner | EdifactPartner
    order: Callable[[str, str], tuple[str, ...]]
    """kind and segments of a PO: its purpose, and the date that line 1 is wanted"""
    change: tuple[str, ...]
    """20 of line 1, and 8 of line 2"""
    cancellation: Callable[[int], tuple[str, ...]]
    """the first request, or the second"""
    decline: Callable[[Document], tuple[str, ...]]
    """the answer to the question about a charge that is asked by this document"""
    receipt: Callable[[Document], tuple[str, ...]]
    """the acknowledgment of a document of ours"""
    confirmation: Callable[[str], tuple[str, ...]]
    """of the material PO with this number"""
    notice: Callable[[str], tuple[str, ...]]
    new: str
    revised: str
    syntax: str
    answers: dict[str, tuple[str, Callable[[Document], Any], Any]]
    """by event: the kind of the document that tells of it, what is looked at in it, and what has to stand there"""


def _x12_order(purpose: str, date: str) -> tuple[str, ...]:
    return (
        "850",
        f"BEG*{purpose}*SA*{NUMBER}**20261122",
        "CUR*BY*USD",
        "N1*BY*Brandywine Pumps*92*B1",
        "PO1*1*12*EA*40*PE*BP*FLANGE-80",
        f"DTM*002*{date}",
        "PO1*2*5*EA*9.5*PE*BP*COVER-10",
        "DTM*002*20990301",
        "CTT*2",
    )


X12 = Language(
    "C-X",
    "S-X",
    X12Partner("BRANDYWINE"),
    X12Partner("LEHIGHPLATE"),
    _x12_order,
    (
        "860",
        f"BCH*04*SA*{NUMBER}***20261122*****20261123",
        "POC*1*QI*20*8*EA*40*PE*BP*FLANGE-80",
        "POC*2*QI*8*3*EA*9.5*PE*BP*COVER-10",
        "CTT*2",
    ),
    lambda time: ("860", f"BCH*01*SA*{NUMBER}***20261122*****202611{23 + time}", "CTT*0"),
    lambda asked: ("860", f"BCH*44*SA*{NUMBER}***20261122", f"REF*ZZ*{asked.first('REF', 2)}", "CTT*0"),
    lambda d: (
        "997",
        f"AK1*{d.first('GS', 1)}*{d.first('GS', 6)}",
        f"AK2*{d.kind}*{d.first('ST', 2)}",
        "AK5*A",
        "AK9*A*1*1*1",
    ),
    lambda number: (
        "855",
        f"BAK*00*AD*{number}*20261122",
        "PO1*1*60*KG*1.1*PE*BP*PLATE-8MM",
        "ACK*IA*60*KG*067*20990110",
        "CTT*1",
    ),
    lambda number: (
        "856",
        "BSN*00*SH-1*20261122*0930",
        "DTM*017*20990109",
        "HL*1**S",
        "HL*2*1*O",
        f"PRF*{number}",
        "HL*3*2*I",
        "LIN*1*BP*PLATE-8MM",
        "SN1*1*60*KG",
        "CTT*3",
    ),
    "00",
    "05",
    "997",
    {
        "order.revision-requested": ("855", lambda d: (d.first("BAK", 2), d.first("ACK", 1)), ("AC", "DR")),
        "order.confirmed": ("855", lambda d: (d.first("BAK", 2), [a[1] for a in d.all("ACK")]), ("AD", ["IA", "IA"])),
        "material-po.issued": ("850", lambda d: (d.first("PO1", 2), d.first("PO1", 7)), ("60", "PLATE-8MM")),
        "shipment.shipped": ("856", lambda d: (d.first("PRF", 1), d.first("SN1", 2)), (NUMBER, "12")),
        "order.changed": (
            "865",
            lambda d: (
                d.first("BCA", 2),
                [(p[1], p[3], a[1]) for p, a in zip(d.all("POC"), d.all("ACK"), strict=True)],
            ),
            ("AC", [("2", "8", "IA"), ("1", "12", "IR")]),
        ),
        "cancellation.penalty-proposed": (
            "865",
            lambda d: (d.first("BCA", 2), d.first("SAC", 5), d.first("CUR", 2), [p[1] for p in d.all("POC")]),
            ("AC", "15000", "USD", ["2"]),
        ),
        "cancellation.penalty-declined": (
            "865",
            lambda d: (d.first("BCA", 2), d.first("POC", 1), d.first("ACK", 1)),
            ("RJ", "2", "IR"),
        ),
        "cancellation.granted": ("865", lambda d: (d.first("BCA", 2), d.first("POC", 2)), ("AT", "DI")),
    },
)


def _edifact_order(purpose: str, date: str) -> tuple[str, ...]:
    return (
        "ORDERS",
        f"BGM+220+{NUMBER}+{purpose}",
        "DTM+137:20261122:102",
        "NAD+BY+4012345000018::9++Auer Antriebe",
        "CUX+2:EUR:9",
        "LIN+1",
        "PIA+5+FLANGE-80:BP",
        "QTY+21:12:PCE",
        f"DTM+2:{date}:102",
        "PRI+AAA:40",
        "LIN+2",
        "PIA+5+COVER-10:BP",
        "QTY+21:5:PCE",
        "DTM+2:20990301:102",
        "PRI+AAA:9.5",
        "UNS+S",
        "CNT+2:2",
    )


EDIFACT = Language(
    "C-E",
    "S-E",
    EdifactPartner("4012345000018"),
    EdifactPartner("4012345000025"),
    _edifact_order,
    (
        "ORDCHG",
        f"BGM+230+{NUMBER}-A+4",
        "DTM+137:20261123:102",
        f"RFF+ON:{NUMBER}",
        "CUX+2:EUR:9",
        "LIN+1+3",
        "PIA+5+FLANGE-80:BP",
        "QTY+21:20:PCE",
        "PRI+AAA:40",
        "LIN+2+3",
        "PIA+5+COVER-10:BP",
        "QTY+21:8:PCE",
        "PRI+AAA:9.5",
        "UNS+S",
    ),
    lambda time: ("ORDCHG", f"BGM+230+{NUMBER}-C{time}+1", "DTM+137:20261124:102", f"RFF+ON:{NUMBER}", "UNS+S"),
    lambda asked: (
        "ORDCHG",
        f"BGM+230+{NUMBER}-D+27",
        "DTM+137:20261124:102",
        f"RFF+ON:{NUMBER}",
        f"RFF+{next(s[1] for s in asked.all('RFF') if s[1].startswith('SS'))}",
        "UNS+S",
    ),
    lambda d: ("CONTRL", f"UCI+{d.first('UNB', 5)}+{d.first('UNB', 2)}+{d.first('UNB', 3)}+7"),
    lambda number: (
        "ORDRSP",
        "BGM+231+AB-1+29",
        "DTM+137:20261122:102",
        f"RFF+ON:{number}",
        "LIN+1+5",
        "PIA+5+PLATE-8MM:BP",
        "QTY+113:60:KGM",
        "DTM+67:20990110:102",
        "UNS+S",
    ),
    lambda number: (
        "DESADV",
        "BGM+351+SH-1+9",
        "DTM+137:20261122:102",
        "DTM+17:20990109:102",
        f"RFF+ON:{number}",
        "CPS+1",
        "LIN+1",
        "PIA+5+PLATE-8MM:BP",
        "QTY+12:60:KGM",
    ),
    "9",
    "5",
    "CONTRL",
    {
        "order.revision-requested": ("ORDRSP", lambda d: (d.first("BGM", 3), d.first("LIN", 2)), ("4", "6")),
        "order.confirmed": ("ORDRSP", lambda d: (d.first("BGM", 3), [x[2] for x in d.all("LIN")]), ("29", ["5", "5"])),
        "material-po.issued": ("ORDERS", lambda d: d.first("QTY", 1), "21:60:KGM"),
        "shipment.shipped": ("DESADV", lambda d: d.first("QTY", 1), "12:12:PCE"),
        "order.changed": (
            "ORDRSP",
            lambda d: (d.first("BGM", 3), [(x[1], x[2]) for x in d.all("LIN")], [x[1] for x in d.all("QTY")]),
            ("4", [("2", "5"), ("1", "7")], ["21:8:PCE", "21:12:PCE"]),
        ),
        "cancellation.penalty-proposed": (
            "ORDRSP",
            lambda d: (d.first("BGM", 3), d.first("MOA", 1), d.first("CUX", 1), [x[1] for x in d.all("LIN")]),
            ("4", "8:150.00", "2:EUR:9", ["2"]),
        ),
        "cancellation.penalty-declined": (
            "ORDRSP",
            lambda d: (d.first("BGM", 3), d.first("LIN", 1), d.first("LIN", 2)),
            ("27", "2", "7"),
        ),
        "cancellation.granted": ("ORDRSP", lambda d: d.first("BGM", 3), "29"),
    },
)


class Exchange:
    """The partners' side of the exchange, over the hub's folders."""

    def __init__(self, hub: Hub, language: Language) -> None:
        self.hub = hub
        self.language = language
        self.order = {"customer_id": language.customer_id, "po_number": NUMBER}

    async def hand_in(self, partner: X12Partner | EdifactPartner, kind: str, *segments: str) -> None:
        """Put a document into the inbox, and see that its syntax is acknowledged."""
        before = len(await self._acknowledgments())
        self._drop(partner, kind, *segments)

        async def acknowledged() -> bool:
            return len(await self._acknowledgments()) > before

        await eventually(acknowledged, f"{self.language.syntax} for {kind}")

    async def _acknowledgments(self) -> list[Any]:
        return await documents(self.hub, direction="out", purpose=self.language.syntax)

    async def told(self, event: str) -> Document:
        """The document that tells of an event, as its receiver finds it in the outbox, and acknowledges it."""
        language = self.language
        kind, look, expected = language.answers[event]
        [row] = await eventually(
            lambda: documents(self.hub, direction="out", state="sent", purpose=f"{event}.v1"), f"{kind} for {event}"
        )
        written = {path.read_bytes() for path in (self.hub.settings.folder / "outbox" / row.partner_id).iterdir()}
        assert row.raw in written
        document = language.customer.read(row.raw)
        assert (document.kind, look(document)) == (kind, expected)
        partner = language.supplier if row.partner_id == language.supplier_id else language.customer
        before = len(await events(self.hub, "document.acknowledged"))
        self._drop(partner, *language.receipt(document))
        await self.said("document.acknowledged", before + 1)
        return document

    def _drop(self, partner: X12Partner | EdifactPartner, kind: str, *segments: str) -> None:
        raw = partner.write(kind, *segments)
        (self.hub.settings.folder / "inbox" / f"{partner.id}-{partner.numbers}.edi").write_bytes(raw)

    async def decide(self, command: str, **data: Any) -> None:
        """Answer as one of MetalWorks' people."""
        verdict = await send(self.hub, command, **data)
        assert verdict.outcome == "done", verdict

    async def said(self, event: str, count: int = 1) -> list[str]:
        """Wait for so many events of a type; give what they are about."""

        async def look() -> list[Any]:
            found = await events(self.hub, event)
            return found if len(found) >= count else []

        return [orjson.loads(row.body)["subject"] for row in await eventually(look, event)]


@pytest.mark.rule("R2", "R4", "R5", "R8", "R13", "R18", "R20", "R30", "R32", "R33", "R35")
@pytest.mark.parametrize("language", [X12, EDIFACT], ids=["x12", "edifact"])
async def test_an_order_is_exchanged_with_its_partners(backing: Settings, language: Language) -> None:
    (backing.folder / "partners.yaml").write_text(PARTNERS)
    async with build(backing) as hub:
        partners = Exchange(hub, language)
        order = partners.order

        await partners.hand_in(language.customer, *language.order(language.new, "20990101"))
        await partners.said("order.received")
        later = [{"line": "1", "requested_date": "2099-02-01"}]
        await partners.decide("order.review", **order, decision="revise", reason="plate", proposals=later, by=SALES)
        await partners.told("order.revision-requested")

        await partners.hand_in(language.customer, *language.order(language.revised, "20990201"))
        await partners.said("order.revised")
        await partners.decide("order.review", **order, decision="confirm", by=SALES)
        await partners.told("order.confirmed")

        await partners.hand_in(language.customer, *language.change)
        await partners.said("order.change-requested")
        verdicts = [
            {"line": "1", "decision": "refuse", "reason": "no more plate"},
            {"line": "2", "decision": "accept"},
        ]
        [asked] = await events(hub, "order.change-requested")
        change_id = orjson.loads(asked.body)["data"]["change_id"]
        await partners.decide("order.review-change", **order, change_id=change_id, lines=verdicts, by=SALES)
        await partners.told("order.changed")

        created = await partners.said("work-order.created", 2)
        flange, cover = sorted(created)
        plate = [{"material": "PLATE-8MM", "quantity": "60", "unit": "KGM"}]
        await partners.decide("work-order.specify-materials", work_order_id=flange, materials=plate, by=ENGINEER)
        await partners.decide("work-order.specify-materials", work_order_id=cover, materials=[], by=ENGINEER)
        [required] = await partners.said("material.required")
        source = [{"from": "supplier", "quantity": "60", "supplier_id": language.supplier_id, "unit_price": "1.10"}]
        await partners.decide("material.source", requirement_id=required, allocations=source, by=PROCUREMENT)
        await partners.told("material-po.issued")
        [number] = await partners.said("material-po.issued")

        await partners.hand_in(language.supplier, *language.confirmation(number))
        await partners.said("material-po.confirmed")
        await partners.hand_in(language.supplier, *language.notice(number))
        await partners.said("material-po.dispatched")
        came = [{"line": "1", "quantity": "60"}]
        await partners.decide("material-po.receive", material_po_id=number, lines=came, by=WAREHOUSE)

        plan = {"start": "2099-01-12", "end": "2099-01-14", "work_center": "LASER-1"}
        await partners.decide("work-order.schedule", work_order_id=flange, **plan, by=ENGINEER)
        await partners.decide("work-order.start-production", work_order_id=flange, by=ENGINEER)
        await partners.decide("work-order.complete-production", work_order_id=flange, quantity="12", by=ENGINEER)
        await partners.decide("quality.inspect", work_order_id=flange, passed="12", failed="0", by=INSPECTOR)
        goods = [{"work_order_id": flange, "quantity": "12"}]
        await partners.decide("shipment.dispatch", shipment_id="S-EX-1", items=goods, by=SHIPPING)
        await partners.told("shipment.shipped")

        await partners.hand_in(language.customer, *language.cancellation(1))
        await partners.said("cancellation.requested")
        charge = {"amount": "150.00", "currency": "USD" if language is X12 else "EUR"}
        await partners.decide("cancellation.assess", **order, decision="penalty", penalty=charge, by=SALES)
        question = await partners.told("cancellation.penalty-proposed")
        await partners.hand_in(language.customer, *language.decline(question))
        await partners.said("cancellation.penalty-declined")
        await partners.told("cancellation.penalty-declined")

        await partners.hand_in(language.customer, *language.cancellation(2))
        await partners.said("cancellation.requested", 2)
        await partners.decide("cancellation.assess", **order, decision="free", reason="not begun", by=SALES)
        await partners.told("cancellation.granted")
        await partners.said("order.completed")

        ours = [row for row in await listed(hub.database, direction="out") if row["purpose"] != language.syntax]
        assert {row["purpose"].removesuffix(".v1") for row in ours} == set(language.answers)
        assert {row["acknowledgment"] for row in ours} == {"accepted"}
        theirs = [row for row in await documents(hub, direction="in") if row.intent != "functional_ack"]
        assert len(await documents(hub, direction="out", purpose=language.syntax)) == len(theirs) == 8
        await at_rest(hub)
        report = await audit(hub.database)
        assert report.clean, report
