"""`hub orders`, `hub order`, `hub stock`: what is there, and how it came about."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.cli import screen
from hub.cli.common import AsJson, Limit, example, with_store
from hub.cli.history import shown
from hub.errors import NotFound, Refused
from hub.sagas.order import CLOSED, OPEN
from hub.store import queries
from hub.store.database import Database
from hub.store.queries import difference, whole_order

STATES = (*OPEN, *CLOSED)


@example(
    "hub orders --state under_review",
)
def orders(
    state: Annotated[str, typer.Option(help="Only orders in this state, such as under_review or completed.")] = "",
    customer: Annotated[str, typer.Option(help="Only orders of this customer (its id).")] = "",
    before: Annotated[str, typer.Option(help="Go on after this order: the last id of the page before.")] = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List the orders, newest first."""
    if state and state not in STATES:
        raise typer.BadParameter(f"{state} is no state; there are {', '.join(STATES)}", param_hint="--state")
    found = with_store(
        lambda database: queries.orders(database, state=state, customer=customer, before=before, limit=limit)
    )
    if as_json:
        screen.show_json(found)
        return
    rows = [
        {
            "order": each["order_id"],
            "PO": each["po_number"],
            "customer": each["customer_id"],
            "state": each["state"],
            "revision": each["revision"],
            "beside": ", ".join(beside(each)),
            "opened": screen.shortly(each["opened_at"]),
        }
        for each in found
    ]
    screen.show_table(rows, ("order", "PO", "customer", "state", "revision", "beside", "opened"), "no orders")
    if len(found) == limit:
        screen.warn(f"there may be more: --before {found[-1]['order_id']}")


def beside(order: dict[str, Any]) -> list[str]:
    """What else is to be said of an order's state."""
    said = ["held"] if order["held"] else []
    said += [f"cancellation {order['cancellation']}"] if order["cancellation"] != "none" else []
    return said + ([f"change {order['change']}"] if order["change"] != "none" else [])


async def find_order(database: Database, name: str) -> str:
    """The id of the order of that id or PO number. Raises NotFound; Refused when several customers use the number."""
    found = await queries.orders_named(database, name)
    if not found:
        raise NotFound(f"no order has the id or PO number {name}; `hub orders` lists them", where="ID-or-PO")
    exact = [each for each in found if each["order_id"] == name]
    if len(found) > 1 and not exact:
        names = ", ".join(f"{each['order_id']} ({each['customer_id']})" for each in found)
        raise Refused(f"several customers use PO number {name}; give the id: {names}", code="ambiguous")
    return str((exact or found)[0]["order_id"])


@example(
    "hub order 4500119034",
    "hub order 4500119034 --diff 1..2",
)
def order(
    name: Annotated[str, typer.Argument(metavar="ID-OR-PO", help="Id of the order, or the customer's PO number.")],
    diff: Annotated[
        str, typer.Option(metavar="OLD..NEW", help="Only what differs between two revisions, such as 1..2.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="The history with tasks, stock and transport.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one order whole: lines with their dates, work orders, materials, shipments, and the history."""

    async def load(database: Database) -> dict[str, Any]:
        found = await find_order(database, name)
        return await difference(database, found, *_two(diff)) if diff else await whole_order(database, found)

    found = with_store(load)
    if as_json:
        screen.show_json(found)
    elif diff:
        _show_difference(found)
    else:
        _show(found, everything=everything)


def _two(text: str) -> tuple[int, int]:
    """The two revisions that ``1..2`` names."""
    old, dots, new = text.partition("..")
    if not (dots and old.isascii() and new.isascii() and old.isdigit() and new.isdigit()):
        raise typer.BadParameter(f"{text} does not name two revisions; write 1..2", param_hint="--diff")
    return int(old), int(new)


def _show_difference(found: dict[str, Any]) -> None:
    header = {"line": "", "action": "order", "fields": found["header"]}
    rows = [
        {"line": each["line"], "action": each["action"], "field": name, **{k: _plainly(v) for k, v in values.items()}}
        for each in (header, *found["lines"])
        for name, values in each["fields"].items()
    ]
    screen.say(f"{found['order_id']}  revision {found['before']} to {found['after']}\n")
    screen.show_table(rows, ("line", "action", "field", "before", "after"), "nothing differs")


def _plainly(value: Any) -> str:
    """A value on one line: what it holds, without the names of empty fields."""
    if isinstance(value, dict):
        return " ".join(text for each in value.values() if (text := _plainly(each)))
    if isinstance(value, list):
        return ", ".join(_plainly(each) for each in value)
    return "" if value is None else str(value)


def _show(order: dict[str, Any], *, everything: bool) -> None:
    said = ", ".join([order["state"], *beside(order)])
    screen.say(f"{order['order_id']}  PO {order['po_number']} of {order['customer_id']}, revision {order['revision']}")
    screen.say(f"{said}\n")
    quantities = ("line", "product", "ordered", "shipped", "cancelled", "open", "unit")
    dates = ("requested", "first_confirmed", "confirmed", "projected")
    rows = [{**each, "product": _product(each["product"])} for each in order["lines"]]
    screen.show_table(rows, quantities, "no lines", "Lines")
    screen.show_table(rows, ("line", *dates), "", "\nDates")
    _show_work(order)
    if len(order["revisions"]) + len(order["changes"]) > 1:
        _show_revisions(order)
    if order["tasks"]:
        tasks = [{**each, "decision": screen.version_off(each["kind"])} for each in order["tasks"]]
        screen.show_table(tasks, ("task_id", "decision", "role", "assignee"), "", "\nOpen tasks")
    rows = list(shown(order["history"], everything=everything))
    screen.show_table(rows, ("at", "who", "what", "how"), "", "\nHistory")
    left_out = len(order["history"]) - len(rows)
    if left_out:
        screen.say(f"\n{left_out} entries of bookkeeping are left out; --all shows them")


def _show_revisions(order: dict[str, Any]) -> None:
    revisions = [
        {**each, "at": screen.shortly(each["received_at"]), "lines": len(each["po"]["lines"])}
        for each in order["revisions"]
    ]
    screen.show_table(revisions, ("revision", "at", "lines"), "", "\nRevisions (--diff 1..2 shows what differs)")
    asked = [
        {
            **each,
            "at": screen.shortly(each["received_at"]),
            "lines": ", ".join(f"{line['action']} {line['line']}" for line in each["lines"])
            or _plainly(each["header"]),
            "accepted": _plainly(each["accepted"]),
            "refused": _plainly(each["refused"]),
        }
        for each in order["changes"]
    ]
    if asked:
        screen.show_table(asked, ("change_id", "at", "state", "lines", "accepted", "refused"), "", "\nChanges")


def _show_work(order: dict[str, Any]) -> None:
    lines = order["lines"]
    pos = {po["material_po_id"]: po for each in lines for po in each["material_pos"]}
    shown: tuple[tuple[str, list[dict[str, Any]], str], ...] = (
        (
            "Work orders",
            [{"line": each["line"], **each["work_order"]} for each in lines if each["work_order"]],
            "work_order_id line state engineer work_center start end good scrapped",
        ),
        (
            "Material requirements",
            [need for each in lines for need in each["requirements"]],
            "requirement_id material quantity unit state in_house awaited",
        ),
        (
            "Material POs",
            [{**po, **line, "PO": po["state"]} for po in pos.values() for line in po["lines"]],
            "material_po_id supplier_id PO line material quantity received promised_date",
        ),
        (
            "Shipments",
            [{"line": each["line"], **shipment} for each in lines for shipment in each["shipments"]],
            "shipment_id line quantity shipped_on carrier tracking",
        ),
    )
    for title, rows, columns in shown:
        if rows:
            screen.show_table(rows, columns.split(), "", f"\n{title}")


def _product(product: dict[str, Any]) -> str:
    names = ("seller_part", "buyer_part", "gtin", "manufacturer_part", "description")
    return next((str(product[name]) for name in names if product.get(name)), "")


@example(
    "hub stock",
)
def stock(as_json: AsJson = False) -> None:
    """Show each raw material: on hand, reserved for work orders, free, on order with suppliers."""
    found = with_store(queries.stock)
    if as_json:
        screen.show_json(found)
        return
    columns = ("material", "unit", "on_hand", "reserved", "free", "on_order")
    screen.show_table(found, columns, "no materials are known")
