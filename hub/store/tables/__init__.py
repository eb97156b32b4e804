"""The tables of the store.

What the sagas know is kept whole, as JSON, one row an order, a material PO, a material, a document that a person has
to decide on; the columns beside it are for finding.
"""

from hub.store.tables.columns import metadata
from hub.store.tables.exchange import (
    control_numbers,
    conversations,
    deliveries,
    document_keys,
    documents,
    interchanges,
    notices,
)
from hub.store.tables.learnt import (
    arrivals,
    corrections,
    layout_decisions,
    layout_uses,
    layouts,
    plans,
    products_made,
    suppliers_dates,
)
from hub.store.tables.process import (
    failures,
    inbox,
    material_pos,
    orders,
    outbox,
    quarantine,
    stock,
    tasks,
    timers,
    waiting,
)

__all__ = [
    "arrivals",
    "control_numbers",
    "conversations",
    "corrections",
    "deliveries",
    "document_keys",
    "documents",
    "failures",
    "inbox",
    "interchanges",
    "layout_decisions",
    "layout_uses",
    "layouts",
    "material_pos",
    "metadata",
    "notices",
    "orders",
    "outbox",
    "plans",
    "products_made",
    "quarantine",
    "stock",
    "suppliers_dates",
    "tasks",
    "timers",
    "waiting",
]
