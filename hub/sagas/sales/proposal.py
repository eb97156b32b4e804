"""The penalty that the settings propose for cancelling: a share of the line's value by how far its work is (R64).

It is worked out when the customer asks, and kept: work that goes on while the request lies on a desk does not
make cancelling dearer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hub.messages.cancellation import Penalty, PenaltyBasis
from hub.sagas.case import Scene
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.table import Refusal

UNCONFIRMED = "unconfirmed"
"""The step of a line that has no work order yet."""
DECIMALS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Decimals of the currencies that have not two (ISO 4217)."""
LARGEST = Decimal(10) ** 12
"""amounts from here on cannot be written"""


def table_for(order: Order, scene: Scene) -> Mapping[str, Decimal]:
    """The customer's own table, or the one for all."""
    return scene.rules.penalty_percent_of.get(order.customer_id, scene.rules.penalty_percent)


def currency_of(order: Order, scene: Scene) -> str | None:
    """The currency of the purchase order, or else of the customer's profile."""
    return order.po.currency or scene.rules.currencies.get(order.customer_id)


def propose(numbers: Iterable[str], scene: Scene) -> tuple[PenaltyBasis, ...]:
    """What the table says for these lines as they stand now; empty where there is no table."""
    order = scene.order
    table = table_for(order, scene)
    return tuple(_of_line(order, number, table, currency_of(order, scene)) for number in numbers) if table else ()


def _of_line(order: Order, number: str, table: Mapping[str, Decimal], currency: str | None) -> PenaltyBasis:
    line = order.lines[number]
    work = order.work_orders.get(line.work_order_id or "")
    step = work.state if work else UNCONFIRMED
    percent = table.get(step, ZERO)
    known: dict[str, Any] = {"line": number, "step": step, "percent": plain(percent)}
    price, basis = decimal(line.item.unit_price), decimal(line.item.price_basis)
    if line.item.unit_price is None or price < ZERO or basis <= ZERO:
        return PenaltyBasis(**known, reason=f"line {number} has no price")
    if currency is None:
        return PenaltyBasis(**known, reason="neither the purchase order nor the customer's profile names a currency")
    value = _rounded(line.open * price / basis, currency)
    if value >= LARGEST:
        return PenaltyBasis(**known, reason=f"the value of line {number} is too large to be written")
    amount = _rounded(value * percent / 100, currency)
    return PenaltyBasis(**known, value=f"{value:f}", amount=f"{amount:f}", currency=currency)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-DECIMALS.get(currency, 2)), ROUND_HALF_UP)


def penalty_of(basis: Iterable[PenaltyBasis], numbers: Iterable[str]) -> tuple[Penalty | None, str]:
    """What is proposed for these lines together; nothing, and the reason, where it cannot be worked out."""
    wanted = set(numbers)
    found = [each for each in basis if each.line in wanted]
    if not found:
        return None, "the settings have no penalty table"
    for each in found:
        if each.amount is None or each.currency is None:
            return None, each.reason or f"nothing is known of line {each.line}"
    total = sum((decimal(each.amount) for each in found), ZERO)
    currency = found[0].currency or ""
    if total >= LARGEST:
        return None, "the sum is too large to be written"
    return Penalty(amount=f"{_rounded(total, currency):f}", currency=currency), ""


def proposal_fits(basis: Iterable[PenaltyBasis], numbers: Iterable[str]) -> Refusal | None:
    """A penalty whose amount is left to the table has one (R64)."""
    proposed, reason = penalty_of(basis, numbers)
    if proposed is None:
        return Refusal("penalty_missing", f"give the penalty's amount and currency: {reason}", "penalty")
    if decimal(proposed.amount) <= ZERO:
        text = "by the penalty table nothing is due: decide `free`, or give an amount and currency"
        return Refusal("penalty_missing", text, "penalty")
    return None


def proposal_facts(basis: tuple[PenaltyBasis, ...]) -> dict[str, Any]:
    """The proposal as the sales officer sees it: for all lines together, and how it comes about."""
    proposed, reason = penalty_of(basis, [each.line for each in basis])
    return {
        **(proposed.model_dump(mode="json") if proposed else {"reason": reason}),
        "lines": [each.model_dump(mode="json", exclude_none=True) for each in basis],
    }
