"""What the tables are called by when they are shown to a reader."""

from __future__ import annotations

from typing import Any

from hub.messages.base import Message
from hub.sagas.table import On, Table

OTHERWISE = "otherwise"


def words(name: str) -> str:
    """A name as words: ``under_review`` is "under review", ``sales-officer`` "sales officer"."""
    return name.replace("_", " ").replace("-", " ")


def short_type(message: type[Message]) -> str:
    """The type of a message without its version: ``order.review``."""
    return message.TYPE.rpartition(".v")[0]


def slug(table: Table[Any]) -> str:
    """The name of a table in file names: ``work-order``."""
    return table.name.lower().replace(" ", "-")


def sentence(function: Any) -> str:
    """The first line of what a guard, check or action says of itself."""
    return (function.__doc__ or "").strip().partition("\n")[0].removesuffix(".")


def guard_words(guard: Any) -> str:
    """What a guard asks, in a few words."""
    made = "<locals>" in guard.__qualname__
    return sentence(guard) if made else words(guard.__name__)


def roles(table: Table[Any]) -> dict[str, str]:
    """By state: who is asked about what the state is about; where the answer depends, the usual one."""
    about = [wait for wait in reversed(table.waits) if not wait.beside]
    return {state: words(wait.role) for wait in about for state in wait.states}


def condition_in_full(table: Table[Any], row: On) -> str:
    """When a row is taken, as its guard says it of itself."""
    return sentence(row.guard) if row.guard is not None else condition(table, row)


def condition(table: Table[Any], row: On) -> str:
    """When a row is taken: its guard's words, or "otherwise" where rows with guards stand before it."""
    if row.guard is not None:
        return guard_words(row.guard)
    rivals = table.index[row.states[0], row.message.TYPE]
    guarded = any(isinstance(rival, On) and rival.guard for rival in rivals[: rivals.index(row)])
    return OTHERWISE if guarded else ""
