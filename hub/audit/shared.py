"""What orders share: material POs and stock, counted from orders, events and stored rows (R21, R63, R69)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hub.audit.account import ZERO, number
from hub.audit.contents import check_po_contents
from hub.audit.ledger import Ledger, PoAccount
from hub.audit.orders import SETTLED, in_house
from hub.audit.report import Code, Notes

AWAITED = frozenset({"issued", "confirmed", "change_proposed", "part_received", "cancel_requested"})
GONE = frozenset({"received", "cancelled"})
"""lines of which nothing more comes"""
DEAD = GONE | {"rejected"}
"""lines of which nothing is awaited"""
PO_EVENTS = {
    "withheld": set(),
    "issued": {"issued"},
    "confirmed": {"confirmed", "change-accepted", "cancel-refused", "reduced"},
    "change_proposed": {"change-proposed"},
    "part_received": {"part-received"},
    "received": {"received"},
    "refused": {"refused"},
    "cancel_requested": {"cancel-requested"},
    "cancelled": {"cancelled"},
}
"""state of a material PO, and the events of which at least one tells of it"""
Stored = dict[str, Any]


class Tally:
    """What the orders ask of stock and suppliers, and what the suppliers' POs promise."""

    def __init__(self) -> None:
        self.reserved: dict[str, Decimal] = defaultdict(Decimal)
        self.on_order: dict[str, Decimal] = defaultdict(Decimal)
        self.sources: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        """by material PO: what is counted on, by line and requirement"""
        self.needs: dict[str, str] = {}
        """requirement: its order"""
        self.settled: set[str] = set()
        """requirements that need nothing any more"""

    def add_order(self, order: Stored) -> None:
        """Count what an order needs."""
        for key, need in order["requirements"].items():
            self.needs[key] = order["order_id"]
            if need["state"] in SETTLED:
                self.settled.add(key)
                continue
            self.reserved[need["material"]] += in_house(need)
            for source in need["sources"]:
                if not source["closed"]:
                    rest = number(source["quantity"]) - number(source["received"])
                    self.sources[source["material_po_id"]][source["line"], key] += rest


def check_material_po(po: Stored, account: PoAccount | None, tally: Tally, orders: set[str], notes: Notes) -> None:
    """Compare a material PO with its events, and with the requirements that count on it."""
    key, state = po["material_po_id"], po["state"]
    notes.count("material_pos")
    wanted = PO_EVENTS.get(state)
    if wanted and not (account and account.kinds & wanted):
        notes.find("material_po_state", key, f"is stored as {state}, and no event says so")
    if account is not None:
        check_po_contents(po, account.contents, notes)
    shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for name, line in po["lines"].items():
        _line(key, name, line, account, notes)
        if state in AWAITED:
            tally.on_order[line["material"]] += awaited(line)
        for share in line["shares"]:
            _reachable(key, share, tally, orders, notes)
            if line["status"] not in GONE:
                rest = number(share["quantity"]) - number(share["received"])
                shares[name, share["requirement_id"]] += rest
    _promised(key, shares, tally, notes)
    _asked(po, notes)


def _asked(po: Stored, notes: Notes) -> None:
    """Procurement is asked about what the supplier questions, and about what is overdue; about nothing else."""
    key, state = po["material_po_id"], po["state"]
    questioned = state in {"change_proposed", "refused"} and any(
        line["status"] in {"changed", "rejected"} for line in po["lines"].values()
    )
    wanted = {"material-po.review-change"} if questioned else set()
    wanted |= {"material-po.review-delay"} if po.get("overdue") else set()
    asked = {task["kind"].rpartition(".v")[0] for task in po["tasks"].values()}
    for kind in wanted - asked:
        notes.find("task_missing", key, f"{kind}: nobody is asked")
    for kind in asked - wanted:
        notes.find("task_surplus", key, f"{kind}: nothing waits for it")


def awaited(line: Stored) -> Decimal:
    """What is still to come on a line."""
    return ZERO if line["status"] in DEAD else max(ZERO, number(line["quantity"]) - number(line["received"]))


def _line(key: str, name: str, line: Stored, account: PoAccount | None, notes: Notes) -> None:
    if line["status"] not in DEAD | {"open", "confirmed", "changed"}:
        notes.find("material_po_state", key, f"line {name}: it is stored as {line['status']}, which no line is")
    received = number(line["received"])
    said = account.received.get(name, ZERO) if account else ZERO
    if received != said:
        notes.find("material_po_received", key, f"line {name}: {received} are stored as received, events say {said}")
    ordered = account.ordered.get(name) if account else None
    if line["status"] not in DEAD and ordered is not None and received + awaited(line) != ordered:
        text = f"line {name}: {received} received and {awaited(line)} awaited are not the {ordered} that were ordered"
        notes.find("material_po_open", key, text)
    shared = sum((number(each["quantity"]) for each in line["shares"]), ZERO)
    if line["status"] not in DEAD and shared > number(line["quantity"]):
        notes.find("material_po_shares", key, f"line {name}: {shared} are promised to orders of {line['quantity']}")


def _reachable(key: str, share: Stored, tally: Tally, orders: set[str], notes: Notes) -> None:
    if share["order_id"] not in orders:
        notes.find("orphan_share", key, f"it serves order {share['order_id']}, which does not exist")
    elif tally.needs.get(share["requirement_id"]) != share["order_id"]:
        notes.find("orphan_share", key, f"it serves requirement {share['requirement_id']}, which does not exist")


def _promised(key: str, shares: dict[tuple[str, str], Decimal], tally: Tally, notes: Notes) -> None:
    """What it keeps for each requirement is what that counts on, line by line, and none is kept for the settled."""
    counted_on = tally.sources.get(key, {})
    for line, need in sorted({*shares, *counted_on}):
        kept, wanted = shares.get((line, need), ZERO), counted_on.get((line, need), ZERO)
        if kept > ZERO and need in tally.settled:
            notes.find("dead_share", key, f"line {line} keeps {kept} for requirement {need}, which needs nothing more")
        elif kept != wanted:
            text = f"requirement {need} awaits {wanted} from its line {line}, it has {kept} for it"
            notes.find("share_mismatch", key, text)


def check_sources(tally: Tally, pos: Iterable[str], notes: Notes) -> None:
    """See that every material PO that a requirement counts on exists."""
    for po_id in tally.sources.keys() - set(pos):
        for _, need in tally.sources[po_id]:
            notes.find("orphan_source", need, f"it counts on material PO {po_id}, which does not exist")


def check_stock(rows: Iterable[Any], ledger: Ledger, tally: Tally, notes: Notes) -> None:
    """On hand from the events, reserved from the requirements, on order from the material POs."""
    seen = set()
    for row in rows:
        notes.count("materials")
        seen.add(row.material)
        said = ledger.stock[row.material]
        on_hand, reserved, on_order = (number(each) for each in (row.on_hand, row.reserved, row.on_order))
        by_events = number(row.opening) + said.received - said.consumed + said.returned + said.adjusted
        compared: tuple[tuple[Code, str, Any, Any], ...] = (
            ("stock_on_hand", "on hand", on_hand, by_events),
            ("stock_reserved", "reserved", reserved, tally.reserved.get(row.material, ZERO)),
            ("stock_on_order", "on order", on_order, tally.on_order.get(row.material, ZERO)),
        )
        for code, name, stored, counted in compared:
            if stored != counted:
                notes.find(code, row.material, f"{name} is stored as {stored}, counting gives {counted}")
        if said.unit not in {"", row.unit}:
            notes.find("stock_unsaid", row.material, f"it is counted in {row.unit}, its events count it in {said.unit}")
        if said.last is not None and said.last != (on_hand, reserved, on_order):
            notes.find("stock_unsaid", row.material, "the last stock.changed says something else than is stored")
        if min(on_hand, reserved, on_order) < ZERO:
            notes.find("stock_negative", row.material, f"on hand {on_hand}, reserved {reserved}, on order {on_order}")
        if reserved > on_hand:
            notes.find("stock_over_reserved", row.material, f"{reserved} are reserved, {on_hand} are on hand")
    for material in {*tally.reserved, *tally.on_order} - seen:
        if tally.reserved.get(material) or tally.on_order.get(material):
            notes.find("stock_missing", material, "orders count on it, but it has no stock record")
    for material in {name for name, said in ledger.stock.items() if said.last} - seen:
        notes.find("stock_missing", material, "events tell of it, but it has no stock record")
