"""The queue of customers' purchase orders and cancellations, the sales officer's decisions, and who gets which task."""

from __future__ import annotations

from hub.bus.topology import COMMANDS_EXCHANGE, Consumer, commands_about
from hub.store.batch import Item
from hub.store.unit_of_work import UnitOfWork

TYPES = commands_about("customer-po", "order", "cancellation", "penalty", "document", "task")


def consumer(work: UnitOfWork) -> Consumer:
    """Carry out what arrives; it is acknowledged after the commit."""

    async def handle(body: bytes) -> None:
        await work.carry_out(Item(body))

    return Consumer("hub.orders.v1", COMMANDS_EXCHANGE, TYPES, handle)
