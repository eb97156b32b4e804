"""What all tables share.

Decimals (`Exact`) are text: exact in both databases. An `Instant` is ISO 8601 text in UTC, a `Day` its date alone:
both sort.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData, String

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})

Position = BigInteger().with_variant(Integer, "sqlite")

Id = String(80)

Instant = String(40)

Day = String(10)

Exact = String(40)
