"""What a supplier owes, and by when: an answer, or a delivery (R22).

Deadlines are not set by hand: they follow from the material PO after each step, so that whatever the supplier
does, or is asked for, moves them or takes them away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from hub.messages.envelope import instant
from hub.sagas.case import Case, Rules
from hub.sagas.numbers import ZERO
from hub.sagas.supply import MaterialLine, MaterialPo
from hub.sagas.table import After
from hub.sagas.timers import SupplierDue

WATCHED = frozenset({"issued", "confirmed", "change_proposed", "part_received", "cancel_requested"})


def watch(before: Case, case: Case, rules: Rules, now: datetime) -> list[After]:
    """Bring the deadlines of the material POs that have changed up to date; the timers that this asks for.

    What is owed anew begins with no reminder; what is owed no longer is not overdue any more.
    """
    timers = []
    for key, po in list(case.material_pos.items()):
        was = before.material_pos.get(key)
        if po is was:
            continue
        if _asks_anew(was, po):
            po = replace(po, asked_at=instant(now))
        owed, due = _most_pressing(po, rules)
        if owed != po.owed:
            po = replace(po, owed=owed, due_at=instant(due) if due else None, reminders=0, overdue=False)
        case.material_pos[key] = po
        if po.due_at and (was is None or was.due_at != po.due_at):
            delay = datetime.fromisoformat(po.due_at) - now
            timers.append(After(delay, SupplierDue(material_po_id=key, due_at=po.due_at)))
    return timers


def _asks_anew(was: MaterialPo | None, po: MaterialPo) -> bool:
    """Whether the supplier is asked for something that was not asked for before."""
    return was is None or was.version < po.version or (was.state != po.state == "cancel_requested")


def _most_pressing(po: MaterialPo, rules: Rules) -> tuple[str, datetime | None]:
    """What the supplier owes first, in words that change with it, and by when."""
    found = sorted((due, owed) for _, owed, due in deadlines(po, rules))
    if not found:
        return "", None
    due, owed = found[0]
    if po.patience and datetime.fromisoformat(po.patience) > due:
        return f"{owed}, awaited until {po.patience}", datetime.fromisoformat(po.patience)
    return owed, due


def deadlines(po: MaterialPo, rules: Rules) -> Iterator[tuple[MaterialLine, str, datetime]]:
    """By line of which something is awaited: what the supplier owes, and until when."""
    if po.state not in WATCHED:
        return
    asked, times = datetime.fromisoformat(po.asked_at), rules.times_of(po.supplier_id)
    for line in po.lines.values():
        if line.awaited <= ZERO or line.undecided:
            continue
        if po.state == "cancel_requested":
            yield line, f"an answer to the cancellation of {po.asked_at}", asked + times.answer
        elif line.status == "open" and line.received <= ZERO:
            yield line, f"an answer to the order of {po.asked_at}", asked + times.answer
        elif (day := _delivery(po, line, rules)) is not None:
            yield line, f"delivery by {day}", day_after(day, rules)


def _delivery(po: MaterialPo, line: MaterialLine, rules: Rules) -> str | None:
    """The day by which a line has to be here: as promised, as asked for, or as the supplier's lead time has it."""
    day = line.promised_date or line.requested_date
    if day is not None:
        return day
    offers = rules.offers.get(line.material, ())
    offer = next((each for each in offers if each.supplier_id == po.supplier_id), None)
    if offer is None:
        return None
    return (rules.calendar.day(datetime.fromisoformat(po.asked_at)) + timedelta(days=offer.lead_time_days)).isoformat()


def day_after(day: str, rules: Rules) -> datetime:
    """The moment at which a day is past at the plant."""
    return rules.calendar.begin(date.fromisoformat(day) + timedelta(days=1))
