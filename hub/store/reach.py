"""What a batch of messages can touch: found before anything is locked, then locked in one fixed order.

Orders come first, then material POs, stock, and documents that were set aside, each in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.base import Message
from hub.messages.cancellation import AssessCancellation
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, SubmitCustomerPo
from hub.messages.document import ClassifyDocument
from hub.messages.envelope import Letter
from hub.messages.material import SourceMaterial
from hub.messages.material_po import ReceiveMaterial
from hub.messages.order import ReviewChange
from hub.messages.shipment import DispatchShipment
from hub.messages.stock import AdjustStock
from hub.messages.task import AssignTask
from hub.messages.work_order import DecideDefect, Dispose, SpecifyMaterials, StartProduction
from hub.sagas import timers
from hub.sagas.address import order_of
from hub.sagas.case import Case
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO, decimal, order_key, short
from hub.sagas.procurement.shortage import set_aside
from hub.sagas.production.disposal import stock_id
from hub.sagas.sales.purchase_order import question_id
from hub.sagas.supply import MaterialPo
from hub.store import records
from hub.store.returned import classified_document

SHARING = (
    SourceMaterial,
    AssessCancellation,
    ReviewChange,
    AnswerPenalty,
    CancelCustomerPo,
    StartProduction,
    Dispose,
    timers.PenaltyExpiryDue,
)
"""what can change the stock or the material POs of its order"""
RELEASING = (
    AssessCancellation,
    ReviewChange,
    AnswerPenalty,
    CancelCustomerPo,
    timers.PenaltyExpiryDue,
)
"""of these, what can take an order's share of a material PO that serves others too (R63); see `lists_anew`"""
LOOKING = (SpecifyMaterials, DecideDefect)
"""what looks at stock, for the facts of a task, and changes none"""

PARTS = ("work_order_id", "requirement_id")


def lists_anew(message: Message, home: Order | None) -> bool:
    """Whether it lists materials for a work order that has some: it gives up what it does not name (R69)."""
    if not isinstance(message, SpecifyMaterials) or home is None:
        return False
    work = home.work_orders.get(message.work_order_id)
    return work is not None and bool(work.requirements)


def po_of(message: Message) -> tuple[str, str] | None:
    """The (customer, PO number) by which a message names its order."""
    if isinstance(message, SubmitCustomerPo):
        return (message.customer.id or "", message.po_number)
    customer, number = getattr(message, "customer_id", None), getattr(message, "po_number", None)
    return (customer, number) if customer and number else None


def _named_order(message: Message) -> str | None:
    """The order that a message names, by its id or by the id of one of its parts."""
    if isinstance(message, DispatchShipment):
        return order_of(message.items[0].work_order_id)
    for name in _naming(type(message)):
        value = getattr(message, name)
        if name == "order_id" and value:
            return str(value)
        if value and (name in PARTS or order_key(value)):
            return order_of(value)
    return None


@cache
def _naming(kind: type[Message]) -> tuple[str, ...]:
    """The fields by which messages of this type can name their order, the surest first."""
    names = ("order_id", *PARTS, "question_id", "cancellation_id")
    return tuple(name for name in names if name in kind.model_fields)


@dataclass(slots=True)
class Reach:
    """The aggregates that a batch can touch."""

    messages: Sequence[Message]
    by_po: dict[tuple[str, str], str]
    orders: set[str] = field(default_factory=set)
    material_pos: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    by_task: dict[str, str] = field(default_factory=dict)
    """the orders of tasks that somebody is given"""

    def order_id(self, message: Message) -> str:
        """The order that a message belongs to, known or yet to be; empty where it belongs to none."""
        if isinstance(message, AssignTask):
            return self.by_task.get(message.task_id, "")
        named = _named_order(message)
        if named is not None:
            return named
        po = po_of(message)
        return self.by_po.get(po) or f"O-{short(*po)}" if po else ""

    async def load(self, connection: AsyncConnection) -> Case:
        """Lock and load all of it: orders, then material POs, then stock.

        A material PO may have got another order between the look and the lock; then look again.
        """
        while True:
            case = Case()
            await records.load_orders(connection, self.orders, case)
            wanted = self.material_pos | set(self._pos_of_orders(case.orders, SHARING))
            await records.load_material_pos(connection, wanted, case)
            more = {o for po in self._named(case) for o in po.order_ids} - self.orders
            if not more:
                await records.load_stock(connection, self._materials(case, SHARING), case)
                more = await self._holders(connection, case) - self.orders
            if not more:
                break
            self.orders |= more
        seen = self._materials(case, LOOKING) - case.stock.keys()
        await records.load_stock(connection, seen, case, lock=False)
        await records.load_documents(connection, self.documents | set(self._questions(case)), case)
        return case

    def _questions(self, case: Case) -> Iterable[str]:
        """The questions that were or would be asked about purchase orders whose number is in use (R7)."""
        for message in self.messages:
            if isinstance(message, SubmitCustomerPo) and self.order_id(message) in case.orders:
                yield question_id(message)

    def _named(self, case: Case) -> Iterable[MaterialPo]:
        """The material POs whose changes reach all orders that they serve."""
        keys = self.material_pos | set(self._pos_of_orders(case.orders, RELEASING))
        return (case.material_pos[key] for key in keys if key in case.material_pos)

    def _sharing_orders(self, kinds: tuple[type[Message], ...], orders: Mapping[str, Order]) -> set[str]:
        return {
            self.order_id(message)
            for message in self.messages
            if isinstance(message, kinds)
            or (kinds is not LOOKING and lists_anew(message, orders.get(self.order_id(message))))
        }

    def _pos_of_orders(self, orders: dict[str, Order], kinds: tuple[type[Message], ...]) -> Iterable[str]:
        for key in self._sharing_orders(kinds, orders):
            for need in orders[key].requirements.values() if key in orders else ():
                yield from (source.material_po_id for source in need.sources)

    async def look(self, connection: AsyncConnection) -> None:
        """Find the orders that share a material PO, before anything is locked: orders are locked first, together."""
        case = Case()
        kinds = (*RELEASING, SpecifyMaterials)
        await records.load_orders(connection, self._sharing_orders(kinds, {}), case, lock=False)
        pos = self.material_pos | set(self._pos_of_orders(case.orders, RELEASING))
        await records.load_material_pos(connection, pos, case, lock=False)
        self.orders |= {order_id for po in case.material_pos.values() for order_id in po.order_ids}

        counted = {each.material for each in self.messages if isinstance(each, AdjustStock)}
        if counted:
            await records.load_stock(connection, counted, case, lock=False)
            self.orders |= await self._holders(connection, case)

    async def _holders(self, connection: AsyncConnection, case: Case) -> set[str]:
        """The orders that have set aside what a count may find missing."""
        found: set[str] = set()
        for material, least in self._least(case).items():
            reserved = case.stock[material].reserved
            if reserved > set_aside(case, material) and reserved + self._more_set_aside() > least:
                found |= await records.holders(connection, material)
        return found

    def _least(self, case: Case) -> dict[str, Decimal]:
        """By material that is counted: the least that may be on hand in between."""
        least: dict[str, Decimal] = {}
        for message in self.messages:
            if isinstance(message, AdjustStock) and message.material in case.stock:
                before = least.get(message.material, case.stock[message.material].on_hand)
                change = min(decimal(message.quantity), ZERO)
                least[message.material] = (
                    min(before, decimal(message.count)) if message.count is not None else before + change
                )
        return least

    def _more_set_aside(self) -> Decimal:
        """What the other messages of the batch may set aside before the count."""
        more = ZERO
        for message in self.messages:
            if isinstance(message, SourceMaterial):
                more += sum((decimal(each.quantity) for each in message.allocations), ZERO)
            elif isinstance(message, ReceiveMaterial):
                more += sum((decimal(each.quantity) for each in message.lines), ZERO)
        return more

    def _materials(self, case: Case, kinds: tuple[type[Message], ...]) -> set[str]:
        sharing = self._sharing_orders(kinds, case.orders)
        found = {
            need.material for key in sharing if key in case.orders for need in case.orders[key].requirements.values()
        }
        for message in self.messages:
            if isinstance(message, AdjustStock) and kinds is SHARING:
                found.add(message.material)
            if isinstance(message, SpecifyMaterials) and (kinds is LOOKING or self.order_id(message) in sharing):
                found |= {need.material for need in message.materials}
            if isinstance(message, Dispose) and kinds is SHARING:
                home = case.orders.get(self.order_id(message))
                work = home.work_orders.get(message.work_order_id) if home else None
                found |= {stock_id(home, work)} - {""} if home and work else set()
        if kinds is SHARING:
            found |= {line.material for po in case.material_pos.values() for line in po.lines.values()}
        return found


async def reach_of(connection: AsyncConnection, letters: Sequence[Letter]) -> Reach:
    """Find what these messages can touch, without locking anything yet."""
    messages = [letter.message for letter in letters]
    pos = {po for message in messages if _named_order(message) is None and (po := po_of(message))}
    reach = Reach(messages, await records.order_ids(connection, pos))
    reach.documents = {key for letter in letters if (key := classified_document(letter))}
    tasks = {message.task_id for message in messages if isinstance(message, AssignTask)}
    for task_id, (order_id, material_po_id, document_id) in (await records.homes_of_tasks(connection, tasks)).items():
        reach.by_task[task_id] = order_id
        reach.material_pos |= {material_po_id} - {""}
        reach.documents |= {document_id} - {""}
    for message in messages:
        key = reach.order_id(message)
        if key:
            reach.orders.add(key)
        named = getattr(message, "material_po_id", None)
        if named:
            reach.material_pos.add(named)
        if isinstance(message, ClassifyDocument):
            reach.documents.add(message.document_id)
        if isinstance(message, SourceMaterial):
            reach.material_pos |= {a.join for a in message.allocations if a.join}
    await reach.look(connection)
    return reach
