"""The readers of X12 and EDIFACT files (port: ``hub.ports.Reader``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from typing import Any, ClassVar

from adapters.edi.delimiters import Standard
from adapters.edi.edifact import acknowledge as edifact_ack
from adapters.edi.edifact import dispatch as edifact_dispatch
from adapters.edi.edifact import order as edifact_order
from adapters.edi.edifact import passages as edifact_passages
from adapters.edi.edifact import structure as edifact_structure
from adapters.edi.edifact import supplier as edifact_supplier
from adapters.edi.edifact.envelope import EdifactStream
from adapters.edi.encoding import one_byte_each
from adapters.edi.envelope import Group, Interchange
from adapters.edi.explanation import Watch
from adapters.edi.faults import Fault
from adapters.edi.reading import Assembler, Dialect
from adapters.edi.receipts import read_edifact, read_x12
from adapters.edi.splitting import PADDING
from adapters.edi.stream import Item, Stream
from adapters.edi.tokens import BOM, Limits, Tokenizer
from adapters.edi.x12 import acknowledge as x12_ack
from adapters.edi.x12 import dispatch as x12_dispatch
from adapters.edi.x12 import order as x12_order
from adapters.edi.x12 import passages as x12_passages
from adapters.edi.x12 import segments as x12_segments
from adapters.edi.x12 import structure as x12_structure
from adapters.edi.x12 import supplier as x12_supplier
from adapters.edi.x12.envelope import X12Stream
from hub.messages.document import Intent
from hub.partners import Partner
from hub.ports import Context, Draft, Explanation, Reading


def _x12_drafts(
    interchange: Interchange, groups: list[tuple[Group | None, list[Any]]], partner: Partner | None
) -> list[Draft]:
    drafts: list[Draft] = []
    ta1 = x12_ack.acknowledge_interchange(interchange, partner)
    if ta1:
        drafts.append(ta1)
    refused = any(fault.fatal for fault in interchange.faults)
    receipts = [
        x12_ack.group_receipt(group, sets, group.stated if group.stated >= 0 else len(sets))
        for group, sets in groups
        if group is not None
    ]
    if receipts and not refused:
        first = next(group for group, _ in groups if group is not None)
        route = x12_ack.back(interchange, partner, first.version, first.receiver, first.sender)
        drafts.append(
            x12_ack.FunctionalAcknowledgment(route, tuple(receipts), partner_id=partner.id if partner else None)
        )
    return drafts


def _edifact_drafts(
    interchange: Interchange, groups: list[tuple[Group | None, list[Any]]], partner: Partner | None
) -> list[Draft]:
    if not interchange.number:
        return []
    receipts = [edifact_ack.group_receipt(group, messages) for group, messages in groups]
    return [edifact_ack.acknowledge(interchange, receipts, partner)]


X12 = Dialect(
    "x12",
    {
        "850": x12_order.OrderMap,
        "860": x12_order.OrderMap,
        "855": x12_supplier.SupplierAnswer,
        "865": x12_supplier.SupplierAnswer,
        "856": x12_dispatch.Notice856,
    },
    (x12_structure.check_structure, x12_segments.check_shapes),
    x12_passages.PASSAGES,
    frozenset({"997", "999"}),
    read_x12,
    x12_ack.set_receipt,
    _x12_drafts,
)

EDIFACT = Dialect(
    "edifact",
    {
        "ORDERS": edifact_order.OrderMap,
        "ORDCHG": edifact_order.OrderMap,
        "ORDRSP": edifact_supplier.SupplierAnswer,
        "DESADV": edifact_dispatch.DesadvNotice,
    },
    (edifact_structure.check_structure,),
    edifact_passages.PASSAGES,
    frozenset({"CONTRL"}),
    read_edifact,
    edifact_ack.message_receipt,
    _edifact_drafts,
)


DIALECTS: dict[Standard, Dialect] = {"x12": X12, "edifact": EDIFACT}
_STREAMS: dict[Standard, type[Stream]] = {"x12": X12Stream, "edifact": EdifactStream}
_OTHER_MARK: dict[Standard, bytes] = {"x12": b"UNB", "edifact": b"ISA"}


class _EdiReader:
    """Reads purchase orders and their changes, suppliers' answers, acknowledgments.

    ``our_ids`` are our own interchange ids; an interchange to somebody else is refused. Without any, and
    without one in the partner's profile, the receiver is not looked at.
    """

    standard: ClassVar[Standard]
    """of the first interchange; those behind it may be of the other"""
    begins: ClassVar[tuple[str, ...]]

    def __init__(self, our_ids: Collection[str] = (), limits: Limits | None = None) -> None:
        self._our_ids = frozenset(our_ids)
        self._limits = limits or Limits()

    def recognises(self, raw: bytes, name: str) -> bool:
        """Whether the file begins as an interchange does."""
        return _beginning(raw).startswith(self.begins)

    def read(self, raw: bytes, name: str, context: Context) -> Reading:
        """What the file says; interchanges that the context names as received before are refused as duplicates."""
        reading, _ = self._read(one_byte_each(raw), context, lambda: None)
        return reading

    def explain(self, raw: bytes, context: Context) -> Explanation:
        """What the file says, and from which of its segments each part was read."""
        watches: list[Watch] = []

        def watch() -> Watch:
            watches.append(Watch())
            return watches[-1]

        reading, faults = self._read(one_byte_each(raw), context, watch)
        return watches[-1].explanation(reading, faults)

    def _read(
        self, raw: bytes, context: Context, watch: Callable[[], Watch | None]
    ) -> tuple[Reading, tuple[Fault, ...]]:
        """What the file says, and what is wrong with it.

        Most files hold one standard and are read as such; one whose envelopes do not come out even, and that may hold
        the other standard too, is read again as both.
        """
        assembler = self._assembler(raw, context, watch())
        reading = assembler.assemble(_STREAMS[self.standard](raw, self._limits))
        if _OTHER_MARK[self.standard] in raw and any(map(_of_envelope, assembler.faults)):
            assembler = self._assembler(raw, context, watch())
            reading = assembler.assemble(self._each_as_it_is(raw))
        return reading, assembler.faults

    def _assembler(self, raw: bytes, context: Context, watch: Watch | None) -> Assembler:
        return Assembler(
            DIALECTS[self.standard], context, self._our_ids, _sniffed(raw), watch, self._limits.messages, DIALECTS
        )

    def _each_as_it_is(self, raw: bytes) -> Iterator[Item]:
        """What the file holds, each interchange read by the standard of its own header."""
        blocks = Tokenizer(raw, self.standard, self._limits, mixed=True)
        for standard, some in groupby(blocks, key=lambda block: block.standard):
            yield from _STREAMS[standard](limits=self._limits, blocks=some)


class X12Reader(_EdiReader):
    """Reads files that begin with an X12 interchange."""

    standard = "x12"
    begins = ("ISA",)


class EdifactReader(_EdiReader):
    """Reads files that begin with an EDIFACT interchange."""

    standard = "edifact"
    begins = ("UNA", "UNB")


def _of_envelope(fault: Fault) -> bool:
    return fault.kind.level == "interchange" and fault.kind.severity == "error"


def _beginning(raw: bytes) -> str:
    return one_byte_each(raw[:4096]).decode("latin-1").removeprefix(BOM).lstrip(PADDING)


_SNIFF = re.compile(
    rb"(?:ST[^0-9A-Za-z](8[56][056]|99[79])|UNH[^0-9A-Za-z].{1,20}(ORD(?:ERS|CHG|RSP)|DESADV|CONTRL))[^0-9A-Za-z]"
)
_SNIFFED: dict[bytes, Intent] = {
    b"850": "new_po",
    b"860": "change",
    b"855": "supplier_confirm",
    b"865": "supplier_confirm",
    b"856": "supplier_ship",
    b"997": "functional_ack",
    b"999": "functional_ack",
    b"ORDERS": "new_po",
    b"ORDCHG": "change",
    b"ORDRSP": "supplier_confirm",
    b"DESADV": "supplier_ship",
    b"CONTRL": "functional_ack",
}


def _sniffed(raw: bytes) -> Intent | None:
    """What a file seems to be by the first document named in it, used where its envelope cannot be read."""
    found = _SNIFF.search(raw[:16384])
    return _SNIFFED.get(found[1] or found[2]) if found else None
