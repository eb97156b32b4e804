"""Partner profiles and materials: what a person writes down of each (read by `hub.partner_files`)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from hub.messages.base import Currency, CustomerId, Material, Money, Name, Quantity, Unit
from hub.messages.cancellation import PenaltyStep
from hub.policies import Policy, misplaced


class _Profile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _for(example: Any, unit: str = "") -> Any:
    """What the page of the profile (docs/partners.md) shows beside a field's meaning."""
    return Field(examples=[example], json_schema_extra={"unit": unit} if unit else None)


class EdiProfile(_Profile):
    """How a partner's EDI looks; the defaults fit most partners."""

    id: Annotated[Name, _for("4099990000017")]
    """the partner's interchange id (ISA06/08, UNB 0004/0010)"""
    qualifier: Annotated[str, _for("14")] = "ZZ"
    """what kind of id that is (ISA05/07, UNB 0007): 01 D-U-N-S, 14 GLN, ZZ agreed"""
    our_id: Annotated[str | None, _for("4099990000994")] = None
    """our id towards this partner; absent: the one of the settings"""
    our_qualifier: Annotated[str | None, _for("14")] = None
    """what kind of id ours is; absent: as the settings say"""
    group_id: Annotated[str | None, _for("CASCADE")] = None
    """X12: GS02/03 where it differs from the interchange id"""
    version: Annotated[str | None, _for("005010")] = None
    """what we write. X12: ``004010`` or ``005010``, absent ``004010``; EDIFACT: ``D96A`` or ``D01B``, absent ``D96A``.
    What the partner writes is seen from its files"""
    element_separator: Annotated[str | None, _for("|")] = None
    """between elements of what we write; absent: ``*`` in X12, ``+`` in EDIFACT"""
    component_separator: Annotated[str | None, _for("^")] = None
    """between components of what we write; absent: ``>`` in X12, ``:`` in EDIFACT"""
    segment_terminator: Annotated[str | None, _for("!")] = None
    """behind segments of what we write; absent: ``~`` in X12, ``'`` in EDIFACT"""
    change_quantity: Annotated[Literal["total", "difference"], _for("difference")] = "total"
    """what POC03 of a change means where POC02 is QI or QD: the new quantity, or by how much it changes"""
    test: Annotated[bool, _for(True)] = False
    """whether what we send is marked as a test, and what they mark so is carried out"""
    acknowledges: Annotated[bool | None, _for(True)] = None
    """whether the partner acknowledges what we send by 997 or CONTRL; absent: by X12 yes, by EDIFACT no. Where it is
    true, EDIFACT interchanges ask for it (UNB 0031)"""
    acknowledges_within_hours: Annotated[Annotated[float, Field(gt=0, le=8784)] | None, _for(24, "hours")] = None
    """how long the partner may take for that; absent: as the settings say"""

    def patience(self, standard: str, hours: float) -> int | None:
        """Seconds within which an acknowledgment is expected; ``hours`` are those of the settings."""
        expected = standard == "x12" if self.acknowledges is None else self.acknowledges
        return int(3600 * (self.acknowledges_within_hours or hours)) if expected else None


OrderColumn = Literal[
    "line",
    "item",
    "part",
    "seller_part",
    "manufacturer_part",
    "gtin",
    "description",
    "quantity",
    "unit",
    "price",
    "basis",
    "amount",
    "date",
    "currency",
    "po_number",
    "release",
    "grade",
    "dimensions",
    "drawing",
    "finish",
    "tolerance",
    "note",
    "weight",
    "tax",
    "discount",
]
"""what a column of an order's table may hold"""


class EmailProfile(_Profile):
    """A partner's mail addresses."""

    addresses: Annotated[list[Name], _for(["buyer@customer.example"])] = []
    """addresses that it writes from; the first is written to where there is no mail to answer"""
    domains: Annotated[list[Name], _for(["customer.example"])] = []
    """domains whose mail is from this partner, whoever there writes"""
    answer_to: Annotated[Name | None, _for("orders@customer.example")] = None
    """where answers go when there is no mail to answer; absent: the first address"""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$"), _for("de")] = "en"
    """of the mails that it gets (ISO 639-1); where there are no templates in it, they are in English"""
    ship_to: Annotated[list[str], _for(["Unit 4, Eskdale Mill, Leeds LS10 1XX"])] = []
    """delivery addresses that this customer may name in a mail; any other goes to a person; absent: it may name any"""
    columns: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=60)], OrderColumn], _for({"Artikelcode": "part"})
    ] = {}
    """this partner's own column headings in order tables, and what they hold; they win over what is learnt
    (`hub partner layout`)"""
    known_parts_only: Annotated[bool, _for(True)] = False
    """whether a part outside the cross-reference and the agreed prices sends a mail to a person"""


class FolderProfile(_Profile):
    """Where a partner's files are, by the hub's folder; absent: ``inbox/<id>`` and ``outbox/<id>``."""

    inbox: Annotated[Path | None, _for("sftp/holt/in")] = None
    """where its files come in; absent: ``inbox/<id>``"""
    outbox: Annotated[Path | None, _for("sftp/holt/out")] = None
    """where its files are put; absent: ``outbox/<id>``"""


PenaltyTable = dict[PenaltyStep, Annotated[float, Field(ge=0, le=100)]]
"""What share of a line's value cancelling costs, in percent, by how far its work has come (R64)."""


class AgreedPrice(_Profile):
    """A price agreed with a customer for one of its parts."""

    part: Annotated[str, _for("CC-4410")]
    """the customer's part number, or ours"""
    price: Annotated[Money, _for("38.75", "the partner's currency")]
    """what was agreed"""
    basis: Annotated[Quantity, _for("100", "the line's unit")] = "1"
    """for how many that is"""


class Partner(_Profile):
    """A customer or a supplier."""

    id: Annotated[CustomerId, _for("C-CASCADE")]
    """what the hub and its users know it by; it stays"""
    name: Annotated[Name, _for("Cascade Conveyor Inc")]
    """what people call it"""
    role: Annotated[Literal["customer", "supplier"], _for("supplier")] = "customer"
    """whether it orders from us, or we from it"""
    standing: Annotated[Literal["final", "intermediary"], _for("intermediary")] = "final"
    """a final customer, or one that sells on (R53)"""
    channel: Annotated[Literal["x12", "edifact", "email", "api"], _for("x12")] = "email"
    """how the partner is told; a customer is answered over the channel that its PO came by (R5); api: by message"""
    edi: Annotated[EdiProfile | None, _for({"id": "CASCADECONVEYOR"})] = None
    """its EDI; needed for x12 and edifact"""
    email: Annotated[EmailProfile | None, _for({"addresses": ["buyer@customer.example"]})] = None
    """its mail; needed for email"""
    folders: Annotated[FolderProfile | None, _for({"inbox": "sftp/holt/in", "outbox": "sftp/holt/out"})] = None
    """where its files are; absent: in the hub's folders"""
    locale: Annotated[str, _for("de-DE")] = "en-US"
    """language and country, by which dates and numbers in its mails are read"""
    currency: Annotated[Currency | None, _for("EUR")] = None
    """what its prices are in, where a document does not say (ISO 4217)"""
    parts: Annotated[dict[str, str], _for({"CC-4410": "MW-1001"})] = {}
    """the partner's part numbers and ours; a supplier's go into our orders by EDI"""
    prices: Annotated[list[AgreedPrice], _for([{"part": "CC-4410", "price": "38.75"}])] = []
    """prices agreed with a customer"""
    usual_remarks: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=5000)]], _for(["Our general terms of purchase apply."])
    ] = []
    """texts, or sentences of them, that this customer's orders bear and that ask for nothing; no policy confirms
    an order with any remark but these and courtesies (R67)"""
    tolerance_percent: Annotated[Annotated[float, Field(ge=0, le=100)] | None, _for(2, "% of the quantity")] = None
    """how much less is still "in full" (R66); absent: for suppliers as the settings say, for customers none"""
    answer_hours: Annotated[Annotated[float, Field(gt=0, le=87_660)] | None, _for(24, "hours")] = None
    """how long a supplier may take to answer before it is reminded (R22); absent: as the settings say"""
    reminder_hours: Annotated[Annotated[float, Field(gt=0, le=87_660)] | None, _for(24, "hours")] = None
    """from one reminder of a silent or late supplier to the next, or to procurement; absent: as the settings say"""
    reminders: Annotated[Annotated[int, Field(ge=0, le=1000)] | None, _for(1)] = None
    """how often a supplier is reminded before procurement decides; absent: as the settings say"""
    part_shipments: Annotated[bool, _for(True)] = False
    """whether good pieces of a line may be shipped before the rest (R61)"""
    penalty_percent: Annotated[PenaltyTable | None, _for({"scheduled": 20}, "% of the line's value")] = None
    """what cancelling costs this customer, by how far the work on a line has come (R64); absent: as the settings say"""
    policies: Annotated[list[Policy], _for([{"name": "same-materials", "kind": "repeat-materials"}])] = []
    """answers to tasks about this partner that need no person (R40; docs/policies.md)"""
    cancellation_charge: Annotated[bool, _for(True)] = False
    """EDI: whether the penalty question goes as a charge in an 865 or ORDRSP; else by mail"""

    @field_validator("policies")
    @classmethod
    def _in_their_place(cls, policies: list[Policy], given: ValidationInfo) -> list[Policy]:
        if fault := misplaced(policies, given.data.get("role", "customer")):
            raise ValueError(fault)
        return policies


class Offer(_Profile):
    """What a supplier asks for a material."""

    supplier: Annotated[str, _for("S-NORDSTAHL")]
    """the supplier's id in its profile"""
    lead_time_days: Annotated[int, Field(ge=0), _for(7, "working days")]
    """from our order to its delivery"""
    price: Annotated[Money, _for("1.85", "per unit of the material")]
    """what it asks"""
    currency: Annotated[Currency, _for("USD")] = "EUR"
    """of the price (ISO 4217)"""
    minimum: Annotated[Quantity, _for("100", "the material's unit")] = "0"
    """the least that it sells at a time"""


class MaterialEntry(_Profile):
    """A raw material."""

    id: Annotated[Material, _for("STEEL-S355-6MM")]
    """what the hub and its users know it by; it stays"""
    description: Annotated[str, _for("Sheet S355J2, 6 mm")] = ""
    """what it is, for people and for suppliers"""
    unit: Annotated[Unit, _for("KGM")]
    """what it is counted in, UN/ECE Recommendation 20"""
    stock: Annotated[Quantity, _for("500", "the material's unit")] = "0"
    """quantity on hand when the hub first sees the material"""
    suppliers: Annotated[list[Offer], _for([{"supplier": "S-NORDSTAHL", "lead_time_days": 7, "price": "1.85"}])] = []
    """who sells it"""


def same_qualifier(qualifier: str) -> str:
    """What kind of interchange id it is, one way of writing it: agreed mutually is ZZ in X12 and ZZZ in EDIFACT."""
    return "ZZ" if qualifier == "ZZZ" else qualifier


class Partners:
    """The partners and materials that the hub knows."""

    def __init__(self, partners: Iterable[Partner] = (), materials: Iterable[MaterialEntry] = ()) -> None:
        self.all = {partner.id: partner for partner in partners}
        self.materials = {material.id: material for material in materials}
        self._edi = {
            (same_qualifier(partner.edi.qualifier), partner.edi.id): partner
            for partner in self.all.values()
            if partner.edi
        }

    def get(self, partner_id: str) -> Partner | None:
        """The partner of that id, if there is one."""
        return self.all.get(partner_id)

    def by_edi(self, qualifier: str, identifier: str) -> Partner | None:
        """The partner with that interchange id; the qualifier has to fit where both sides name one."""
        exact = self._edi.get((same_qualifier(qualifier), identifier))
        if exact:
            return exact
        return next((p for (_, known), p in self._edi.items() if known == identifier and not qualifier), None)

    def by_address(self, address: str) -> Partner | None:
        """The partner that mails from this address, or from its domain."""
        wanted = address.strip().lower()
        domain = wanted.rpartition("@")[2]
        for partner in self.all.values():
            mail = partner.email
            if mail and wanted in {known.lower() for known in mail.addresses}:
                return partner
        for partner in self.all.values():
            mail = partner.email
            if mail and domain in {known.lower() for known in mail.domains}:
                return partner
        return None
