"""A page per role, for `docs/roles`: what its people are asked, what they may answer, and what the answer causes.

The tasks, answers and refusals come from the tables, so that a page says what the hub does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from hub.messages.base import Message
from hub.pages.tables import grid, refusal_rows, states_of
from hub.pages.words import condition_in_full, sentence, short_type, slug, words
from hub.sagas.address import TABLES
from hub.sagas.table import On, Table, Wait

INTRODUCTIONS: dict[str, str] = {
    "sales-officer": """\
You decide whether MetalWorks takes an order, and you are its word towards the customer: what you answer goes out over
the channel that the purchase order came in by, as an EDI acknowledgement or a mail in the same thread. Nothing is
promised, changed or cancelled without you, unless a policy that you agreed to answers in your place
([policies](../policies.md)); the history says which it was.""",
    "senior-sales-officer": """\
You review what has gone back and forth too often: from as many revisions on as the setting `senior_after` says, the
review of an order is yours. You may answer whatever a sales officer may.""",
    "production-engineer": """\
You say what a work order needs, and you are responsible for its production from then on: schedule, start, completion,
and what becomes of a defect. The work orders that you have examined are yours; another engineer's answers on them are
refused, until the work order is handed over.""",
    "procurement-officer": """\
You find the material: from stock, from suppliers, or part from each. What you take from stock is reserved for that work
order alone. What you order goes to the supplier over its own channel, and what the supplier answers comes back to you
wherever it is not plain acceptance.""",
    "quality-inspector": """\
You check what was made, by the piece: so many are good, so many are not. What is good goes to shipping; what is not
goes back to the engineer who made it, and comes to you again.""",
    "shipping-clerk": """\
What is ready leaves, whatever the state of the order's other lines. The customer gets a ship notice for each shipment.
What is on hold because a cancellation is being decided cannot leave; it comes back to you when the hold ends.""",
    "warehouse-clerk": """\
You tell the hub what has come in and what lies on the shelf; nobody asks you by a task. A delivery is
`material-po.receive`, a count or a correction `stock.adjust`. The hub knows whom each delivery is for: what arrives
beyond need, or for an order that was cancelled, goes to stock.""",
    "operator": """\
You keep the hub running and look after what it could not do by itself. `hub failed list` shows the messages that were
set aside, grouped by cause; each can be shown, mended, tried again or discarded with a reason. `hub audit` proves that
every line received is accounted for; `hub doctor` checks the set-up; `/health/ready` and `/metrics` are for your
monitoring. When an engineer is away, you may hand his or her work orders to another with `work-order.reassign`; any
other task that is open is given to a person of its role with `hub assign`.""",
}
"""Of each role: what it is there for"""

TASKS = """\
`hub tasks --role {role}` lists what is open, `--json` with all that there is to judge by. An answer needs no ids: the
task knows them. `hub assign TASK NAME` gives a task to one of you; the others may still answer it. A task that has been
answered, or that no longer matters because the order was cancelled or revised meanwhile, is closed; an answer to it
changes nothing, and you are told so."""

UNASKED: dict[str, tuple[str, ...]] = {
    "production-engineer": ("work-order.reassign",),
    "warehouse-clerk": ("material-po.receive", "stock.adjust"),
    "operator": ("work-order.reassign",),
}
"""What a role may tell the hub without being asked"""

OWNED = ("roles/*.md",)
NAMES = (
    "task_id",
    "order_id",
    "work_order_id",
    "requirement_id",
    "material_po_id",
    "cancellation_id",
    "change_id",
    "document_id",
    "shipment_id",
    "items",
)
"""what an answer need not say, because its task knows it, or the hub numbers it"""


def _asked(role: str) -> Iterator[tuple[Table[Any], Wait]]:
    for table in TABLES:
        for wait in table.waits:
            if wait.role == role:
                yield table, wait


def _answer(kind: type[Message], role: str) -> str:
    """The command line that answers such a task, with the message's own example."""
    body = {name: value for name, value in kind.EXAMPLE.items() if name not in (*NAMES, "by")}
    return f"    hub answer TASK '{orjson.dumps(body).decode()}' --by {role}:NAME"


def _causes(kind: type[Message], asking: Table[Any]) -> Iterator[tuple[str, ...]]:
    """What happens to what the task is about, and to what else the answer concerns."""
    for table in sorted(TABLES, key=lambda each: each is not asking):
        name = "" if table is asking else f"{table.name}: "
        for row in table.rows:
            if isinstance(row, On) and row.message is kind:
                new = f"`{row.to}`" if row.to else "–"
                yield name + states_of(table, row.states), condition_in_full(table, row), sentence(row.action), new


def _refused(kind: type[Message]) -> Iterator[tuple[str, ...]]:
    for table in TABLES:
        yield from (row[2:] for row in refusal_rows(table) if row[1] == f"`{short_type(kind)}`")


def _task(role: str, table: Table[Any], waits: list[Wait]) -> Iterator[str]:
    kind = waits[0].kind
    yield f"### `{short_type(kind)}`"
    for wait in waits:
        link, states = f"[{table.name}](../process/{slug(table)}.md)", states_of(table, wait.states)
        when = f", while: {_lower(sentence(wait.when))}" if wait.when else ""
        yield f"Asked when the {link} is {states}{when}. You see: {_lower(sentence(wait.facts))}."
    yield _answer(kind, role)
    yield grid(("state", "if", "what your answer causes", "new state"), _causes(kind, table))
    refused = list(_refused(kind))
    if refused:
        yield "Refused, with the reason told to you and nothing else changed:"
        yield grid(("if", "code", "why"), refused)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def page(role: str) -> str:
    """The page of a role."""
    parts = [f"# The {words(role)}", INTRODUCTIONS[role]]
    kinds: dict[tuple[str, str], tuple[Table[Any], list[Wait]]] = {}
    for table, wait in _asked(role):
        kinds.setdefault((table.name, wait.kind.TYPE), (table, []))[1].append(wait)
    if kinds:
        parts += ["## What you are asked", TASKS.format(role=role)]
        for table, waits in kinds.values():
            parts += _task(role, table, waits)
    if role in UNASKED:
        parts += ["## What you may do unasked", *(_unasked(name, role) for name in UNASKED[role])]
    return "\n\n".join(parts) + "\n"


def _unasked(name: str, role: str) -> str:
    kind = next(kind for table in TABLES for row in table.rows if short_type(kind := row.message) == name)
    by = {"by": {**kind.EXAMPLE["by"], "role": role}} if "by" in kind.EXAMPLE else {}
    body = orjson.dumps({**kind.EXAMPLE, **by}).decode()
    return f"`{name}`: {sentence(kind)}.\n\n    hub send {kind.TYPE} '{body}'"


def files() -> dict[str, str]:
    """Every page: its path within `docs`, and its text."""
    rows = [(f"[{words(role)}]({role}.md)", _kinds(role)) for role in INTRODUCTIONS]
    index = "# Who does what\n\n" + grid(("role", "answers"), rows) + "\n"
    return {"roles/README.md": index, **{f"roles/{role}.md": page(role) for role in INTRODUCTIONS}}


def _kinds(role: str) -> str:
    asked = [short_type(wait.kind) for _, wait in _asked(role)]
    return ", ".join(f"`{name}`" for name in dict.fromkeys([*asked, *UNASKED.get(role, ())]))
