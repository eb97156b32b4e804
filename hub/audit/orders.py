"""Orders: what is stored against what the events say, line by line, and that nothing is left over (R19, R70)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hub.audit.account import ZERO, OrderAccount, WorkAccount, number
from hub.audit.contents import OrderContents, check_contents
from hub.audit.report import Code, Notes
from hub.audit.stopped import check_hold, check_stopped, shippable_early

FINAL = frozenset({"completed", "cancelled", "rejected"})
ENDED = frozenset({"shipped", "cancelled"})
COUNTED = frozenset({"awaiting_engineering", "ready_to_ship", "part_shipped", "shipped"})
"""states in which every piece made has been inspected and decided on"""
SETTLED = frozenset({"consumed", "released"})
NEED_EVENTS = {
    "to_source": {"required"},
    "reserved": {"reserved", "reduced"},
    "on_order": {"required", "reserved", "reduced"},
    "available": {"available", "reduced"},
    "consumed": {"consumed"},
    "released": {"released"},
}
"""state of a requirement, and what its last event can be then"""
TASK_OF_WORK = {
    "awaiting_engineering": "work-order.specify-materials",
    "ready": "work-order.schedule",
    "scheduled": "work-order.start-production",
    "in_production": "work-order.complete-production",
    "awaiting_inspection": "quality.inspect",
    "defect_found": "work-order.decide-defect",
}
Stored = dict[str, Any]


def check_order(
    order: Stored,
    account: OrderAccount | None,
    contents: OrderContents,
    received: Mapping[str, Decimal],
    notes: Notes,
) -> None:
    """Compare an order with its account, and with what the events say in words.

    ``received`` is what has come from suppliers, by requirement.
    """
    order_id = order["order_id"]
    notes.count("orders")
    notes.count("lines", len(order["lines"]))
    if account is None or not account.revisions:
        notes.find("order_without_events", order_id, "no event says that it was received")
        return
    compared: tuple[tuple[Code, Any, Any], ...] = (
        ("order_state", order["state"], account.state),
        ("cancellation_state", order["cancellation"]["state"], account.cancellation),
        ("change_state", order["change"]["state"], account.change),
        ("revision_mismatch", len(order["revisions"]), account.revisions),
        ("sequence_mismatch", order["sequence"], account.sequence),
    )
    for name, stored, said in compared:
        if stored != said:
            notes.find(name, order_id, f"is stored as {stored}; its events make it {said}")
    _lines(order, account, notes)
    _works(order, account, notes)
    _needs(order, account, received, notes)
    _tasks(order, notes)
    check_stopped(account, notes)
    check_hold(order, account, notes)
    check_contents(order, contents, notes)
    if order["state"] in FINAL:
        _nothing_live(order, notes)


# --------------------------------------------------------------------------------------------------- lines


QUANTITIES: tuple[tuple[Code, str], ...] = (
    ("line_ordered", "ordered"),
    ("line_shipped", "shipped"),
    ("line_cancelled", "cancelled"),
)


def _lines(order: Stored, account: OrderAccount, notes: Notes) -> None:
    order_id = order["order_id"]
    for name in order["lines"].keys() ^ account.lines.keys():
        where = "stored" if name in order["lines"] else "named by its events"
        notes.find("line_mismatch", order_id, f"line {name} is only {where}")
    for name, line in order["lines"].items():
        said = account.lines.get(name)
        if said is None:
            continue
        for code, what in QUANTITIES:
            stored, by_events = number(line[what]), getattr(said, what)
            if stored != by_events:
                text = f"line {name}: {what} is stored as {stored}, its events make it {by_events}"
                notes.find(code, order_id, text)
        left = number(line["ordered"]) - number(line["shipped"]) - number(line["cancelled"])
        if said.removed and not said.ended:
            notes.find("line_not_removed", order_id, f"line {name}: a change has removed it, and it was not stopped")
        if (line.get("delay", {}).get("state") == "projected") != said.late and left > ZERO:
            notes.find("delay_unsaid", order_id, f"line {name}: a delay is to be decided on, and no event tells of it")
        if left < ZERO:
            notes.find("line_overdone", order_id, f"line {name}: {-left} more is shipped or cancelled than ordered")
        if left > ZERO and not _accounted(order, line):
            notes.find("line_unaccounted", order_id, f"line {name}: nobody works on the {left} that are open")


def _accounted(order: Stored, line: Stored) -> bool:
    """Whether what is open on a line is in somebody's hands."""
    if order["state"] in {"completed", "cancelled"}:
        return False
    if order["state"] != "in_fulfilment":
        return True
    work = order["work_orders"].get(line["work_order_id"] or "")
    return work is not None and work["state"] not in ENDED


# -------------------------------------------------------------------------------------- work orders, materials


def _works(order: Stored, account: OrderAccount, notes: Notes) -> None:
    opened = {line["work_order_id"]: name for name, line in order["lines"].items() if line["work_order_id"]}
    for key, work in order["work_orders"].items():
        notes.count("work_orders")
        if opened.get(key) != work["line"]:
            notes.find("orphan_work_order", key, f"line {work['line']} of {order['order_id']} does not name it")
        said = account.works.get(key)
        if said is None:
            notes.find("work_order_without_events", key, "no event says that it was opened")
            continue
        if work["state"] != said.state:
            notes.find("work_order_state", key, f"is stored as {work['state']}; its events make it {said.state}")
        _pieces(key, work, said, notes)
    for key in account.works.keys() - order["work_orders"].keys():
        notes.find("work_order_lost", key, f"its events name it, {order['order_id']} does not have it")


def _pieces(key: str, work: Stored, said: WorkAccount, notes: Notes) -> None:
    for what in ("quantity", "good", "scrapped", "shipped", "half_made", "bad"):
        stored, by_events = number(work[what]), getattr(said, what)
        if stored != by_events:
            notes.find("work_order_pieces", key, f"{what} is stored as {stored}, its events make it {by_events}")
    made = number(work["made"])
    known = sum((number(work[what]) for what in ("good", "scrapped", "bad")), ZERO)
    if work["state"] in COUNTED and made != known:
        notes.find("pieces_lost", key, f"{made} were made; good, scrapped and bad are {known}")


def _needs(order: Stored, account: OrderAccount, received: Mapping[str, Decimal], notes: Notes) -> None:
    for key, need in order["requirements"].items():
        notes.count("requirements")
        if need["work_order_id"] not in order["work_orders"]:
            notes.find("orphan_requirement", key, f"its work order {need['work_order_id']} does not exist")
        said = account.needs.get(key)
        if said is None:
            notes.find("requirement_without_events", key, "no event says that it is required")
            continue
        if said.last not in NEED_EVENTS.get(need["state"], ()):
            notes.find("requirement_state", key, f"is stored as {need['state']}; its last event is {said.last}")
        if number(need["quantity"]) != said.quantity:
            text = f"{need['quantity']} are required as stored, its events make it {said.quantity}"
            notes.find("requirement_quantity", key, text)
        if number(need["from_stock"]) != said.from_stock:
            text = f"{need['from_stock']} are stored as taken from stock, its events make it {said.from_stock}"
            notes.find("requirement_stock", key, text)
        came = sum((number(each["received"]) for each in need["sources"]), ZERO)
        if came != received.get(key, ZERO):
            text = f"{came} are stored as received for it, its events make it {received.get(key, ZERO)}"
            notes.find("requirement_stock", key, text)
        if in_house(need) > number(need["quantity"]):
            notes.find("over_reserved", key, f"{in_house(need)} are set aside, {need['quantity']} are required")
    for key in account.needs.keys() - order["requirements"].keys():
        notes.find("requirement_lost", key, f"its events name it, {order['order_id']} does not have it")


def in_house(need: Stored) -> Any:
    """What of a requirement is in the warehouse."""
    received = sum((number(each["received"]) for each in need["sources"]), ZERO)
    return number(need["from_stock"]) + received - number(need.get("lost")) - number(need.get("returned"))


# --------------------------------------------------------------------------------------------- tasks, the end


def wanted_tasks(order: Stored) -> set[tuple[str, str]]:
    """The decisions that the states of an order wait for, each with what it is about."""
    held = set(order["cancellation"]["lines"]) if order["cancellation"]["state"] != "none" else set()
    wanted = set()
    if order["state"] == "under_review" and order["cancellation"]["state"] == "none":
        wanted.add(("order.review", order["order_id"]))
    if order["change"]["state"] == "requested" and order["cancellation"]["state"] == "none":
        wanted |= {("order.review-change", each["change_id"]) for each in order["change"]["requests"][-1:]}
    if order["cancellation"]["state"] == "assessing":
        wanted.add(("cancellation.assess", order["cancellation"]["cancellation_id"]))
    for key, work in order["work_orders"].items():
        if work["state"] in TASK_OF_WORK:
            wanted.add((TASK_OF_WORK[work["state"]], key))
        ready = number(work["good"]) > number(work["shipped"]) and work["line"] not in held
        if work["state"] in {"ready_to_ship", "part_shipped"} and ready:
            wanted.add(("shipment.dispatch", key))
        if work["state"] == "cancelled" and number(work["half_made"]) > ZERO:
            wanted.add(("work-order.dispose", key))
    unlisted = {key for key, work in order["work_orders"].items() if work["state"] == "awaiting_engineering"}
    for name, line in order["lines"].items():
        if line.get("delay", {}).get("state") == "projected":
            wanted.add(("order.review-delay", name))
    for key, need in order["requirements"].items():
        if need["state"] == "to_source" and need["work_order_id"] not in unlisted:
            wanted.add(("material.source", key))
    return wanted


def _tasks(order: Stored, notes: Notes) -> None:
    opened = {(each["kind"].rpartition(".v")[0], each["target"]) for each in order["tasks"].values()}
    wanted = wanted_tasks(order)
    for kind, target in wanted - opened:
        notes.find("task_missing", target, f"{kind} is to be answered, but nobody is asked")
    for kind, target in opened - wanted:
        if (kind, target) not in shippable_early(order):
            notes.find("task_surplus", target, f"{kind} is asked for, but nothing waits for it")


def _nothing_live(order: Stored, notes: Notes) -> None:
    order_id, state = order["order_id"], order["state"]
    live = [key for key, work in order["work_orders"].items() if work["state"] not in ENDED]
    live += [key for key, need in order["requirements"].items() if need["state"] not in SETTLED]
    live += ["its cancellation"] if order["cancellation"]["state"] != "none" else []
    live += ["its change"] if order["change"]["state"] != "none" else []
    if live:
        notes.find("live_after_end", order_id, f"is {state}, but {', '.join(live)} go on")
