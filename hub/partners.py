"""Partner profiles and materials: files that a person keeps, checked on load with errors that name the line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from hub.errors import ConfigurationError
from hub.messages.base import Currency, CustomerId, Material, Money, Name, Quantity, Unit
from hub.messages.order import PenaltyStep
from hub.policies import Policy, misplaced
from hub.yaml_files import plainly, read_yaml


class _Profile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EdiProfile(_Profile):
    """How a partner's EDI looks; the defaults fit most partners."""

    id: Name
    """the partner's interchange id (ISA06/08, UNB 0004/0010)"""
    qualifier: str = "ZZ"
    our_id: str | None = None
    """our id towards this partner; absent: the one of the settings"""
    our_qualifier: str | None = None
    group_id: str | None = None
    """X12: GS02/03 where it differs from the interchange id"""
    version: str | None = None
    """X12: ``004010`` or ``005010``; EDIFACT: ``D96A`` or ``D01B``"""
    element_separator: str | None = None
    component_separator: str | None = None
    segment_terminator: str | None = None
    change_quantity: Literal["total", "difference"] = "total"
    """what POC03 of a change means"""
    test: bool = False
    """whether what we send is marked as a test"""
    acknowledges: bool | None = None
    """whether the partner acknowledges what we send by 997 or CONTRL; absent: by X12 yes, by EDIFACT no. Where it is
    true, EDIFACT interchanges ask for it (UNB 0031)"""
    acknowledges_within_hours: Annotated[float, Field(gt=0, le=8784)] | None = None
    """how long the partner may take for that; absent: as the settings say"""

    def patience(self, standard: str, hours: float) -> int | None:
        """Seconds within which an acknowledgment is expected; ``hours`` are those of the settings."""
        expected = standard == "x12" if self.acknowledges is None else self.acknowledges
        return int(3600 * (self.acknowledges_within_hours or hours)) if expected else None


class EmailProfile(_Profile):
    """A partner's mail addresses."""

    addresses: list[Name] = []
    domains: list[Name] = []
    answer_to: Name | None = None
    """where answers go when there is no mail to answer; absent: the first address"""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    """of the mails that it gets; where there are no templates in it, they are in English"""
    ship_to: list[str] = []
    """delivery addresses that this customer may name in a mail; any other goes to a person"""
    known_parts_only: bool = False
    """whether a part outside the cross-reference and the agreed prices sends a mail to a person"""


class FolderProfile(_Profile):
    """Where a partner's files are, by the hub's folder; absent: ``inbox/<id>`` and ``outbox/<id>``."""

    inbox: Path | None = None
    outbox: Path | None = None


PenaltyTable = dict[PenaltyStep, Annotated[float, Field(ge=0, le=100)]]
"""What share of a line's value cancelling costs, in percent, by how far its work has come (R64)."""


class AgreedPrice(_Profile):
    """A price agreed with a customer for one of its parts."""

    part: str
    price: Money
    basis: Quantity = "1"


class Partner(_Profile):
    """A customer or a supplier."""

    id: CustomerId
    name: Name
    role: Literal["customer", "supplier"] = "customer"
    standing: Literal["final", "intermediary"] = "final"
    """a final customer, or one that sells on (R53)"""
    channel: Literal["x12", "edifact", "email", "api"] = "email"
    """how the partner is told; a customer is answered over the channel that its PO came by (R5)"""
    edi: EdiProfile | None = None
    email: EmailProfile | None = None
    folders: FolderProfile | None = None
    locale: str = "en-US"
    currency: Currency | None = None
    parts: dict[str, str] = {}
    """the partner's part numbers and ours"""
    prices: list[AgreedPrice] = []
    tolerance_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """how much less is still "in full" (R66); absent: for suppliers as the settings say, for customers none"""
    part_shipments: bool = False
    """whether good pieces of a line may be shipped before the rest (R61)"""
    penalty_percent: PenaltyTable | None = None
    """the penalty table for this customer (R64); absent: the one of the settings"""
    policies: list[Policy] = []
    """answers to tasks about this partner that need no person (R40)"""
    cancellation_charge: bool = False
    """EDI: whether the penalty question goes as a charge in an 865 or ORDRSP; else by mail"""

    @field_validator("policies")
    @classmethod
    def _in_their_place(cls, policies: list[Policy], given: ValidationInfo) -> list[Policy]:
        if fault := misplaced(policies, given.data.get("role", "customer")):
            raise ValueError(fault)
        return policies


class Offer(_Profile):
    """What a supplier asks for a material."""

    supplier: str
    lead_time_days: Annotated[int, Field(ge=0)]
    price: Money
    currency: Currency = "EUR"
    minimum: Quantity = "0"


class MaterialEntry(_Profile):
    """A raw material."""

    id: Material
    description: str = ""
    unit: Unit
    stock: Quantity = "0"
    """quantity on hand when the hub first sees the material"""
    suppliers: list[Offer] = []


class _File(_Profile):
    partners: list[Partner] = []
    materials: list[MaterialEntry] = []


class Partners:
    """The partners and materials that the hub knows."""

    def __init__(self, partners: Iterable[Partner] = (), materials: Iterable[MaterialEntry] = ()) -> None:
        self.all = {partner.id: partner for partner in partners}
        self.materials = {material.id: material for material in materials}
        self._edi = {(partner.edi.qualifier, partner.edi.id): partner for partner in self.all.values() if partner.edi}

    def get(self, partner_id: str) -> Partner | None:
        """The partner of that id, if there is one."""
        return self.all.get(partner_id)

    def by_edi(self, qualifier: str, identifier: str) -> Partner | None:
        """The partner with that interchange id; the qualifier has to fit where both sides name one."""
        exact = self._edi.get((qualifier, identifier))
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


def _read(path: Path) -> _File:
    file = read_yaml(path)
    try:
        return _File.model_validate(file.data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in fault["loc"])
        raise ConfigurationError(f"{place}: {plainly(fault)}", where=file.place(fault["loc"])) from error


def load_partners(*paths: Path) -> Partners:
    """Read partner and material files (YAML, ``partners:`` and ``materials:`` lists in any of them).

    Raises ConfigurationError with file and line when one is not as it should be.
    """
    partners: dict[str, Partner] = {}
    materials: dict[str, MaterialEntry] = {}
    for path in paths:
        content = _read(path)
        for partner in content.partners:
            if partner.id in partners:
                raise ConfigurationError(f"partner {partner.id} is defined twice", where=str(path))
            partners[partner.id] = partner
        for material in content.materials:
            if material.id in materials:
                raise ConfigurationError(f"material {material.id} is defined twice", where=str(path))
            materials[material.id] = material
    return Partners(partners.values(), materials.values())
