"""A process as a table: rows of state, message, guard, new state and action.

``on`` is a row; ``ignore`` names what is harmlessly late, ``refuse`` what is answered with
``command.refused``. Entries of one (state, message) pair are tried in the order in which they stand; the
first whose guard holds is taken. ``never`` names what cannot happen, and why. If it does, or a pair that no
entry names comes up, that is a defect of the hub (`Undeclared`), never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

from hub.errors import Undeclared
from hub.messages.base import Command, Event, Message

S = TypeVar("S")
NEW = "new"
"""The state of what has not begun. What names it is not carried out: it waits until it is known."""
States = str | tuple[str, ...]
Guard = Callable[[Any, Any, Any], bool]


@dataclass(frozen=True, slots=True)
class After:
    """A timer: this message is to come when the time has passed, after downtime too."""

    delay: timedelta
    message: Message


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """What an action gives: the saga's new data, and what it has to say: events, timers, commands to be carried out."""

    saga: S
    says: tuple[Event | After | Command, ...] = ()


def step(saga: S, *says: Event | After | Command) -> Step[S]:
    """A step of a saga."""
    return Step(saga, says)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command is not carried out; ``where`` is the field at fault."""

    code: str
    message: str
    where: str = ""
    question_id: str | None = None
    """the penalty question that was answered"""
    lines: tuple[str, ...] = ()
    """what it was about"""


Action = Callable[[Any, Any, Any], Step[Any]]
Check = Callable[[Any, Any, Any], Refusal | None]


@dataclass(frozen=True, slots=True)
class On:
    """In these states, on this message, if the guard holds: the action, and the new state (None: stays)."""

    states: tuple[str, ...]
    message: type[Message]
    to: str | None
    action: Action
    guard: Guard | None = None


@dataclass(frozen=True, slots=True)
class Ignore:
    """In these states this message is harmlessly late; ``why`` says so to the reader."""

    states: tuple[str, ...]
    message: type[Message]
    why: str
    guard: Guard | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """In these states this command is answered with `command.refused`."""

    states: tuple[str, ...]
    message: type[Message]
    refusal: Refusal
    guard: Guard | None = None


@dataclass(frozen=True, slots=True)
class RefuseIf:
    """In these states this command is refused when the check finds a reason."""

    states: tuple[str, ...]
    message: type[Message]
    check: Check
    guard: Guard | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """In these states this message cannot come; ``why`` says so to the reader."""

    states: tuple[str, ...]
    message: type[Message]
    why: str


Entry = On | Ignore | Refuse | RefuseIf | Never


def _states(states: States) -> tuple[str, ...]:
    return (states,) if isinstance(states, str) else states


def on(states: States, message: type[Message], action: Action, to: str | None = None, when: Guard | None = None) -> On:
    """A row of the table; ``to`` absent means that the state is kept and its task stays open."""
    return On(_states(states), message, to, action, when)


def ignore(states: States, message: type[Message], why: str, when: Guard | None = None) -> Ignore:
    """Name what is harmlessly late."""
    return Ignore(_states(states), message, why, when)


def refuse(
    states: States, message: type[Message], code: str, text: str, where: str = "", when: Guard | None = None
) -> Refuse:
    """Name what is refused, whatever it says."""
    return Refuse(_states(states), message, Refusal(code, text, where), when)


def refuse_if(states: States, message: type[Message], check: Check) -> RefuseIf:
    """Name what is refused for a reason found in the message; otherwise the next entry is tried."""
    return RefuseIf(_states(states), message, check)


def never(states: States, message: type[Message], why: str) -> Never:
    """Name what cannot happen."""
    return Never(_states(states), message, why)


@dataclass(frozen=True, slots=True)
class Wait:
    """These states wait for a decision: a task for this role, as long as ``when`` holds."""

    states: tuple[str, ...]
    kind: type[Message]
    role: str
    facts: Callable[[Any, Any], dict[str, Any]]
    when: Callable[[Any, Any], bool] | None = None
    assignee: Callable[[Any], str | None] | None = None
    beside: bool = False
    """asked for beside what these states themselves are about"""


def waits(
    states: States,
    kind: type[Message],
    role: str,
    facts: Callable[[Any, Any], dict[str, Any]],
    when: Callable[[Any, Any], bool] | None = None,
    assignee: Callable[[Any], str | None] | None = None,
    beside: bool = False,
) -> Wait:
    """Declare that states wait for a decision."""
    return Wait(_states(states), kind, role, facts, when, assignee, beside)


@dataclass(frozen=True, eq=False)
class Table(Generic[S]):
    """A saga: its states, its rows, and the decisions that it waits for.

    ``gate`` looks at every command before the rows do, for what holds in all states.
    """

    name: str
    initial: str
    states: tuple[str, ...]
    final: tuple[str, ...]
    rows: tuple[Entry, ...]
    waits: tuple[Wait, ...] = ()
    gate: Check | None = None
    module: str = ""
    """where it is declared"""
    index: Mapping[tuple[str, str], tuple[Entry, ...]] = field(init=False, repr=False)
    messages: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found: dict[tuple[str, str], tuple[Entry, ...]] = {}
        for row in self.rows:
            for state in row.states:
                if state not in self.states:
                    raise TypeError(f"{self.name}: a row names the unknown state {state!r}")
                key = (state, row.message.TYPE)
                found[key] = (*found.get(key, ()), row)
            if isinstance(row, On) and row.to is not None and row.to not in self.states:
                raise TypeError(f"{self.name}: a row leads to the unknown state {row.to!r}")
        object.__setattr__(self, "index", found)
        object.__setattr__(self, "messages", frozenset(row.message.TYPE for row in self.rows))

    def find(self, saga: Any, message: Message, scene: Any) -> On | Ignore | Refusal:
        """The entry for this message in this state.

        Raises Undeclared when no entry names the pair, or every guard says no.
        """
        if self.gate is not None and (refusal := self.gate(saga, message, scene)) is not None:
            return refusal
        for entry in self.index.get((saga.state, message.TYPE), ()):
            if isinstance(entry, Never):
                break
            if entry.guard is not None and not entry.guard(saga, message, scene):
                continue
            if isinstance(entry, RefuseIf):
                refusal = entry.check(saga, message, scene)
                if refusal is not None:
                    return refusal
            elif isinstance(entry, Refuse):
                return entry.refusal
            else:
                return entry
        raise Undeclared(f"{self.name} in state {saga.state} has no row for {message.TYPE}", where=message.TYPE)

    def undeclared(self) -> Iterable[tuple[str, str]]:
        """The pairs of state and message that no entry names; what has not begun is named by nothing yet."""
        for state in self.states:
            if state == NEW:
                continue
            for message in sorted(self.messages):
                if (state, message) not in self.index:
                    yield state, message
