"""The reading side: what people and programs ask of the store, as JSON-ready rows, few queries each.

Lists are paged: they give at most ``limit`` rows, newest or oldest first as is useful, and say where to go on.
"""

from hub.store.queries.archive import document, documents
from hub.store.queries.health import conditions
from hub.store.queries.process import orders, orders_named, stock, task, tasks
from hub.store.queries.set_aside import failure, failure_groups, failures
from hub.store.queries.stream import events, last_position
from hub.store.queries.whole import difference, whole_order

__all__ = [
    "conditions",
    "difference",
    "document",
    "documents",
    "events",
    "failure",
    "failure_groups",
    "failures",
    "last_position",
    "orders",
    "orders_named",
    "stock",
    "task",
    "tasks",
    "whole_order",
]
