"""What a step may look at: its case, the rules of the house, and the time that was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.messages.base import Message, Person
from hub.messages.envelope import instant
from hub.sagas.calendar import Calendar
from hub.sagas.model import Order
from hub.sagas.paper import Document
from hub.sagas.supply import MaterialPo, Stock


@dataclass(frozen=True, slots=True)
class SupplierOffer:
    """What a supplier asks for a material: facts for the procurement officer (R13)."""

    supplier_id: str
    name: str
    lead_time_days: int
    price: str
    currency: str
    minimum: str
    description: str | None = None
    """of the material, as the supplier is to read it"""


@dataclass(frozen=True, slots=True)
class SupplierTimes:
    """How long a silent or late supplier is waited for (R22)."""

    answer: timedelta
    """until it is reminded of what it has not answered"""
    reminder: timedelta
    """from one reminder to the next one, or until the matter is raised"""
    reminders: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """A price agreed with a customer."""

    price: str
    basis: str = "1"
    """number of units that the price is for"""


@dataclass(frozen=True, slots=True)
class CustomerTerms:
    """What is agreed with a customer (R67)."""

    currency: str | None = None
    prices: Mapping[str, Agreed] = field(default_factory=dict)
    """by part number, the customer's or ours"""
    parts: Mapping[str, str] = field(default_factory=dict)
    """the customer's part numbers, and ours"""
    usual_remarks: tuple[str, ...] = ()
    """texts that its orders commonly bear and that ask for nothing"""


@dataclass(frozen=True)
class Rules:
    """The settings and partner terms that the process depends on. Times are settings (R22, R38, R65)."""

    calendar: Calendar = field(default_factory=Calendar)
    task_due: timedelta = timedelta(days=2)
    """working time; the other times are plain"""
    penalty_answer: timedelta = timedelta(days=7)
    penalty_reminder: timedelta = timedelta(days=4)
    penalty_percent: Mapping[str, Decimal] = field(default_factory=dict)
    """by step of a line's work: the share of its value that cancelling costs (R64); empty: nothing is proposed"""
    penalty_percent_of: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    """by customer: its own table"""
    currencies: Mapping[str, str] = field(default_factory=dict)
    """by customer, for purchase orders that name none"""
    revision_reminder: timedelta = timedelta(days=7)
    revision_reminders: int = 3
    revision_lapse: timedelta | None = None
    """how long an order waits for a revised PO before it lapses; None: for ever (R65)"""
    senior_after: int | None = None
    """from which revision on a senior sales officer reviews; None: never (R4)"""
    supplier_answer: timedelta = timedelta(days=2)
    """how long a supplier may take to answer (R22)"""
    supplier_reminder: timedelta = timedelta(days=2)
    """how long after a reminder the next one comes, or the matter is raised (R22)"""
    supplier_reminders: int = 2
    supplier_times: Mapping[str, SupplierTimes] = field(default_factory=dict)
    """by supplier with whom other times are agreed"""
    production_days: int = 3
    """working days from material to product, where nothing is scheduled yet (R60)"""
    tolerance_percent: Mapping[str, float] = field(default_factory=dict)
    """by supplier (R66)"""
    supplier_tolerance_percent: float = 5.0
    supplier_price_tolerance_percent: float = 0.0
    """by how much a supplier's price may differ from the one asked for and still be it (R20)"""
    part_shipments: frozenset[str] = frozenset()
    """customers who take the good part of a line first (R61)"""
    offers: Mapping[str, tuple[SupplierOffer, ...]] = field(default_factory=dict)
    """by material"""
    suppliers: frozenset[str] = frozenset()
    terms: Mapping[str, CustomerTerms] = field(default_factory=dict)
    """by customer"""

    def times_of(self, supplier_id: str) -> SupplierTimes:
        """How long this supplier is waited for."""
        usual = SupplierTimes(self.supplier_answer, self.supplier_reminder, self.supplier_reminders)
        return self.supplier_times.get(supplier_id, usual)


@dataclass(slots=True)
class Case:
    """The orders and shared things that a message touches. Values are frozen; a step replaces them."""

    orders: dict[str, Order] = field(default_factory=dict)
    material_pos: dict[str, MaterialPo] = field(default_factory=dict)
    stock: dict[str, Stock] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)

    def copy(self) -> Case:
        """A copy to step in: when a message fails, the original stands."""
        return Case(dict(self.orders), dict(self.material_pos), dict(self.stock), dict(self.documents))


@dataclass(frozen=True, slots=True)
class Scene:
    """What guards and actions may look at beside their saga and the message."""

    case: Case
    rules: Rules
    now: datetime
    order: Order
    """the order that the saga belongs to; a blank one for shared things"""

    @property
    def day(self) -> date:
        """The day at the plant."""
        return self.rules.calendar.day(self.now)

    @property
    def today(self) -> str:
        """The day at the plant, as an ISO date."""
        return self.day.isoformat()

    def at(self, delay: timedelta) -> str:
        """The instant that is so far away."""
        return instant(self.now + delay)

    def due(self, span: timedelta) -> str:
        """The instant that is so much working time away."""
        return instant(self.rules.calendar.after(self.now, span))

    def stock(self, material: str) -> Stock:
        """The stock of a material; nothing where it was never seen."""
        return self.case.stock.get(material) or Stock(material)


def by_of(message: Message) -> Any:
    """Who decided, where the message says so."""
    return getattr(message, "by", None)


def person(message: Message) -> str:
    """The name under which a decision is recorded: a person's, a system's or a policy's."""
    by = by_of(message)
    if by is None:
        return "unknown"
    if isinstance(by, Person):
        return by.name
    return str(getattr(by, "system", None) or getattr(by, "policy", "unknown"))
