"""Interchange, functional group and message, as both standards have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from adapters.edi.delimiters import Delimiters, Standard
from adapters.edi.faults import Fault, Place, fatal


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A sender or receiver: its interchange id and what kind of id it is."""

    qualifier: str
    id: str

    def __str__(self) -> str:
        return f"{self.qualifier}:{self.id}" if self.qualifier else self.id


@dataclass(slots=True)
class Interchange:
    """The outermost envelope (ISA/IEA, UNB/UNZ)."""

    standard: Standard
    delimiters: Delimiters
    sender: Endpoint = Endpoint("", "")
    receiver: Endpoint = Endpoint("", "")
    number: str = ""
    version: str = ""
    test: bool = False
    acknowledge: bool = False
    """the sender asks for an acknowledgment of the interchange (ISA14, UNB 0031)"""
    stamp: tuple[str, str] = ("", "")
    """date and time as sent"""
    faults: list[Fault] = field(default_factory=list)
    groups: int = 0
    group_numbers: set[str] = field(default_factory=set)
    messages: int = 0
    receipts: list[list[str]] = field(default_factory=list)
    """acknowledgments of interchanges of ours that it holds (TA1)"""

    @property
    def key(self) -> str:
        """What the interchange is known by when it comes again."""
        number = str(int(self.number)) if self.number.isdecimal() and self.standard == "x12" else self.number
        return f"{self.standard}:{self.sender}:{self.receiver}:{number}"

    def place(self, segment: int = 0, tag: str = "", element: int = 0) -> Place:
        """A place in the envelope itself."""
        return Place(self.number, segment=segment, tag=tag, element=element)

    def fault(self, code: str, **said: str) -> None:
        """Note a fault of the interchange."""
        self.faults.append(Fault(code, self.place(), **said))

    def enter(self, group: Group, tag: str) -> None:
        """Count a group; it must have a number, and this be its own within the interchange."""
        self.groups += 1
        if not group.number:
            group.faults.append(Fault("group_number_missing", self.place(tag=tag)))
        elif group.number in self.group_numbers:
            group.faults.append(Fault("group_duplicate", self.place(tag=tag), value=group.number))
        self.group_numbers.add(group.number)


@dataclass(slots=True)
class Group:
    """A functional group (GS/GE, UNG/UNE)."""

    type: str
    sender: str
    receiver: str
    number: str
    version: str
    faults: list[Fault] = field(default_factory=list)
    messages: int = 0
    stated: int = -1
    """how many messages the trailer counts; -1 where it does not say"""
    numbers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Document:
    """A message (transaction set) with its envelopes; segments are counted from its header as 1.

    Segments are split into elements when they are first asked for.
    """

    interchange: Interchange
    group: Group | None
    type: str
    number: str
    version: str
    text: str
    """its segments with terminators between them, from header to trailer"""
    size: int
    """how many they are"""
    split: Callable[[str], Any]
    """X12: a segment's list of elements; EDIFACT: its list of lists of components"""
    association: str = ""
    most_faults: int = 200
    """faults that are listed; there being more is the last one"""
    faults: list[Fault] = field(default_factory=list)
    _raw: list[str] | None = None
    _to_read: list[tuple[int, Any]] | None = None

    @property
    def raw(self) -> list[str]:
        """Its segments as text."""
        if self._raw is None:
            self._raw = self.text.split(self.interchange.delimiters.segment)
        return self._raw

    @property
    def segments(self) -> list[Any]:
        """Its segments, split."""
        return list(map(self.split, self.raw))

    @property
    def to_read(self) -> list[tuple[int, Any]]:
        """Segments with their positions."""
        if self._to_read is None:
            self._to_read = list(enumerate(map(self.split, self.raw), start=1))
        return self._to_read

    @to_read.setter
    def to_read(self, items: list[tuple[int, Any]]) -> None:
        self._to_read = items

    def tag(self, position: int) -> str:
        """The tag of a segment."""
        head = self.split(self.raw[position - 1])[0]
        return head if isinstance(head, str) else str(head[0])

    @property
    def rejected(self) -> bool:
        """Whether it is refused, for a fault of its own or of an envelope around it."""
        return (
            fatal(self.faults)
            or fatal(self.interchange.faults)
            or (self.group is not None and fatal(self.group.faults))
        )

    def place(self, segment: int = 0, element: int = 0, component: int = 0, tag: str = "") -> Place:
        """A place in this message."""
        if not tag and 0 < segment <= self.size:
            tag = self.tag(segment)
        group = self.group.number if self.group else ""
        return Place(self.interchange.number, group, self.number, segment, tag, element, component)

    def fault(
        self, code: str, segment: int = 0, element: int = 0, component: int = 0, *, tag: str = "", **said: str
    ) -> None:
        """Note a fault of the message."""
        if len(self.faults) >= self.most_faults:
            if len(self.faults) == self.most_faults:
                place = self.place()
                self.faults.append(Fault("too_many_faults", place, expected=str(self.most_faults)))
            return
        self.faults.append(Fault(code, self.place(segment, element, component, tag), **said))


def same_number(left: str, right: str) -> bool:
    """Whether two control numbers are one: as integers where they are numbers, leading zeros aside."""
    if left.isascii() and right.isascii() and left.isdecimal() and right.isdecimal():
        return len(left) < 40 and len(right) < 40 and int(left) == int(right)
    return left == right


def counts(stated: str, actual: int) -> bool:
    """Whether a stated count is the actual one."""
    return stated.isascii() and stated.isdecimal() and len(stated) < 20 and int(stated) == actual
