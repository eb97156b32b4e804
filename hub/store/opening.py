"""The opening stock of materials, as the materials file states it when the hub first sees them."""

from __future__ import annotations

from hub.partners import Partners
from hub.store import tables
from hub.store.database import Database
from hub.store.journal import add_new


async def open_stock(database: Database, partners: Partners) -> None:
    """Enter the materials that the store does not know yet; what it knows stays as it is."""
    rows = [
        {
            "material": material.id,
            "unit": material.unit,
            "on_hand": material.stock,
            "reserved": "0",
            "on_order": "0",
            "opening": material.stock,
        }
        for material in partners.materials.values()
    ]
    if rows:
        async with database.write() as connection:
            await add_new(connection, tables.stock, rows)
