"""Quantities of a change where the partner writes differences, by its profile (POC03 of an 860)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from adapters.edi.mapping import Job, ordered
from adapters.edi.values import plain

_SIGNS = {"QI": 1, "QD": -1}


def states_differences(job: Job, lines: list[dict[str, Any]]) -> bool:
    """Whether the partner writes differences, and some quantity here is one.

    Only increases and decreases (QI, QD) are; any other change names the quantity as it is to be.
    """
    differs = bool(job.partner and job.partner.edi and job.partner.edi.change_quantity == "difference")
    return differs and any(line.get("_code") in _SIGNS for line in lines)


def resolve(job: Job, po_number: str, lines: list[dict[str, Any]], positions: list[int]) -> bool:
    """Turn differences into totals; False where what they are based on is not known here, or is in another unit."""
    sound = True
    differs = states_differences(job, lines)
    known = ordered(job, po_number) if differs else {}
    for position, line in zip(positions, lines, strict=True):
        sign = _SIGNS.get(line.pop("_code", ""), 0)
        if not differs or not sign or "quantity" not in line:
            continue
        before, unit = known.get(line.get("line", ""), (None, None))
        if before is None:
            detail = f"the quantity that line {line.get('line', '')} had before the difference"
            job.document.fault("reference_missing", position, detail=detail)
            sound = False
            continue
        if unit not in (None, line.get("unit")):
            job.document.fault("units_mixed", position, value=line.get("line", ""))
            sound = False
            continue
        after = before + sign * Decimal(line["quantity"])
        if after < 0:
            job.document.fault("number_negative", position, 3, value=plain(after))
        else:
            line["quantity"], line["quantity_before"] = plain(after), plain(before)
    return sound
