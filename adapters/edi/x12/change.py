"""Quantities of a change where the partner writes differences, by its profile (POC03 of an 860)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.edi.mapping import Job
from adapters.edi.values import plain

_SIGNS = {"QI": 1, "QD": -1}


def resolve(job: Job, po_number: str, lines: list[dict[str, Any]], positions: list[int]) -> bool:
    """Turn differences into totals; False where the quantity they are based on is not known here.

    Only increases and decreases (QI, QD) are differences; any other change names the quantity as it is to be.
    """
    sound = True
    differs = bool(job.partner and job.partner.edi and job.partner.edi.change_quantity == "difference")
    known = _ordered(job, po_number) if differs else {}
    for position, line in zip(positions, lines, strict=True):
        sign = _SIGNS.get(line.pop("_code", ""), 0)
        if not differs or not sign or "quantity" not in line:
            continue
        before = known.get(line.get("line", ""))
        if before is None:
            detail = f"the quantity that line {line.get('line', '')} had before the difference"
            job.document.fault("reference_missing", position, detail=detail)
            sound = False
            continue
        after = before + sign * Decimal(line["quantity"])
        if after < 0:
            job.document.fault("number_negative", position, 3, value=plain(after))
        else:
            line["quantity"] = plain(after)
    return sound


def _ordered(job: Job, po_number: str) -> dict[str, Decimal]:
    """Quantities by line of the order as it is known."""
    for order in job.context.known_orders:
        ours = order.get("customer_id") in (None, job.partner.id if job.partner else None)
        if order.get("po_number") == po_number and ours:
            rows = order.get("lines") or ()
            return {
                str(row["line"]): Decimal(str(row["quantity"]))
                for row in rows
                if isinstance(row, Mapping) and "line" in row and "quantity" in row
            }
    return {}
