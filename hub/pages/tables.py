"""A table as a Markdown page: its rows, what it refuses, what it ignores, what cannot come, its tasks."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from hub.pages.words import condition_in_full, sentence, short_type, slug, words
from hub.sagas.table import NEW, Ignore, Never, On, Refuse, RefuseIf, Table


def module_of(table: Table[Any]) -> Any:
    """The module that declares the table."""
    return sys.modules[table.module]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def grid(heads: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    return "\n".join([_line(heads), "|" + "---|" * len(heads), *(_line(row) for row in rows)])


def states_of(table: Table[Any], states: tuple[str, ...]) -> str:
    """Several states, or what they have in common."""
    begun = [state for state in table.states if state != NEW]
    if len(states) > 1 and set(states) == set(begun):
        return "any"
    live = [state for state in begun if state not in table.final]
    if len(states) > 2 and set(states) == set(live):
        return "any open state"
    missing = [state for state in begun if state not in states]
    if len(states) > 3 and 0 < len(missing) <= 2:
        return "any but " + ", ".join(f"`{state}`" for state in missing)
    return ", ".join("(not begun)" if state == NEW else f"`{state}`" for state in states)


def _codes(check: Callable[..., Any], seen: set[Callable[..., Any]] | None = None) -> Iterator[str]:
    """The codes of the refusals that a check, or what it calls of the sagas, can give."""
    seen = set() if seen is None else seen
    tree = ast.parse(textwrap.dedent(inspect.getsource(check)))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        if name == "Refusal" and node.args:
            yield from _constant(node.args[0], check)
        called = check.__globals__.get(name)
        if inspect.isfunction(called) and called.__module__.startswith("hub.sagas.") and called not in seen:
            seen.add(called)
            yield from _codes(called, seen)


def _constant(node: ast.expr, check: Callable[..., Any]) -> Iterator[str]:
    """The code that is written there, or named."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.Name) and isinstance(named := check.__globals__.get(node.id), str):
        yield named


def _rows(table: Table[Any]) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        if isinstance(row, On):
            yield (
                states_of(table, row.states),
                f"`{short_type(row.message)}`",
                condition_in_full(table, row),
                f"`{row.to}`" if row.to else "–",
                sentence(row.action),
            )


def _when(row: Ignore | Refuse | RefuseIf) -> str:
    return sentence(row.guard) if row.guard else ""


def refusal_rows(table: Table[Any]) -> Iterator[tuple[str, ...]]:
    """What the table refuses: state, command, condition, codes and reason of each."""
    if table.gate is not None:
        codes = ", ".join(f"`{code}`" for code in dict.fromkeys(_codes(table.gate)))
        yield "any", "any", "", codes, sentence(table.gate)
    for row in table.rows:
        states, message = states_of(table, row.states), f"`{short_type(row.message)}`"
        if isinstance(row, Refuse):
            yield states, message, _when(row), f"`{row.refusal.code}`", row.refusal.message
        elif isinstance(row, RefuseIf):
            codes = ", ".join(f"`{code}`" for code in dict.fromkeys(_codes(row.check)))
            yield states, message, _when(row), codes, sentence(row.check)


def _ignored(table: Table[Any]) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        if isinstance(row, Ignore):
            yield states_of(table, row.states), f"`{short_type(row.message)}`", _when(row), row.why


def _impossible(table: Table[Any]) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        if isinstance(row, Never):
            yield states_of(table, row.states), f"`{short_type(row.message)}`", row.why


def _tasks(table: Table[Any]) -> Iterator[tuple[str, ...]]:
    for wait in table.waits:
        yield (
            states_of(table, wait.states),
            words(wait.role),
            f"`{short_type(wait.kind)}`",
            sentence(wait.when) if wait.when else "",
            sentence(wait.facts),
        )


SECTIONS: tuple[tuple[str, str, tuple[str, ...], Callable[[Table[Any]], Iterable[tuple[str, ...]]]], ...] = (
    (
        "What happens",
        "Rows of one state and message are tried from top to bottom; the first whose condition holds is taken.",
        ("state", "message", "if", "new state", "what is done"),
        _rows,
    ),
    (
        "Who is asked",
        "A task is open as long as the state lasts.",
        ("state", "role", "answered by", "while", "what they are told"),
        _tasks,
    ),
    (
        "What is refused",
        "The sender gets `command.refused` with the code; nothing else changes.",
        ("state", "command", "if", "code", "why"),
        refusal_rows,
    ),
    (
        "What is ignored",
        "Harmlessly late, or for others.",
        ("state", "message", "if", "why"),
        _ignored,
    ),
    (
        "What cannot come",
        "If it does all the same, that is a defect: the message is set aside for a person.",
        ("state", "message", "why"),
        _impossible,
    ),
)


def page(table: Table[Any]) -> str:
    """The page of a table."""
    module = module_of(table)
    path = module.__name__.replace(".", "/") + ".py"
    parts = [
        f"# The {table.name}",
        (module.__doc__ or "").strip(),
        f"Made from [`{path}`](../../{path}) by `hub docs`; a change belongs there.",
        f"![The {table.name} as a diagram]({slug(table)}.svg)",
    ]
    for title, remark, heads, cells in SECTIONS:
        rows = list(cells(table))
        if rows:
            parts += [f"## {title}", remark, grid(heads, rows)]
    undeclared = [f"`{message}` in `{state}`" for state, message in table.undeclared()]
    if undeclared:
        parts += ["## Undeclared", "No entry names these pairs: " + ", ".join(undeclared) + "."]
    return "\n\n".join(parts) + "\n"


HOW_TO_READ = """\
An order, its cancellation, each of its work orders and material requirements, each material PO and each stock
ledger is in one state at a time. A message finds the rows of its type in that state. The first row whose
condition holds says what is done and which state comes next; a dash means that the state stays, and its task with
it. What is done is a pure function: it gives new data and the events to tell. Those events go to the other tables
that they concern, in the same transaction, until nothing more is said. What names something that has not begun
waits until it is known.

In the pictures upright labels are commands and italics what the hub says elsewhere; a condition stands in
brackets. Blue states wait for somebody. A dashed box stands for several states."""


def index(tables: Iterable[Table[Any]]) -> str:
    """The page that leads to the others."""
    rows = [
        (
            f"[{table.name}]({slug(table)}.md)",
            " ".join((module_of(table).__doc__ or "").partition(": ")[2].partition("\n\n")[0].split()),
            str(len([state for state in table.states if state != NEW])),
            ", ".join(dict.fromkeys(words(wait.role) for wait in table.waits)),
        )
        for table in tables
    ]
    parts = [
        "# The process",
        "Made from the tables in [`hub/sagas`](../../hub/sagas) by `hub docs`. R1, R2 … are rules of the process.",
        "![The whole process](../process.svg)",
        grid(("table", "what it is about", "states", "who decides"), rows),
        "## How to read a table",
        HOW_TO_READ,
    ]
    return "\n\n".join(parts) + "\n"
