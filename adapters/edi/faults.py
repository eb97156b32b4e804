"""Faults found in a document: which one of the catalogue, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from adapters.edi.catalogue import CATALOGUE, Kind
from adapters.edi.remedies import REMEDIES
from hub.ports import Finding


class Place(NamedTuple):
    """Where in an interchange: segment position counts from the message header as 1; elements from 1."""

    interchange: str = ""
    group: str = ""
    message: str = ""
    segment: int = 0
    tag: str = ""
    element: int = 0
    component: int = 0

    def __str__(self) -> str:
        parts = [
            f"{name} {clean(text, 40)}"
            for name, text in (
                ("interchange", self.interchange),
                ("group", self.group),
                ("message", self.message),
            )
            if text
        ]
        if self.segment or self.tag:
            parts.append(
                f"segment {self.segment} {clean(self.tag, 10)}".strip()
                if self.segment
                else f"segment {clean(self.tag, 10)}"
            )
        if self.element:
            parts.append(f"element {self.element}")
        if self.component:
            parts.append(f"component {self.component}")
        return ", ".join(parts)


NOWHERE = Place()


def clean(text: str, limit: int = 80) -> str:
    """Text from a document, fit to be shown: control characters as ``\\xNN``, long text cut short."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode("ascii") for c in shown)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault found in a document."""

    code: str
    place: Place = NOWHERE
    value: str = ""
    expected: str = ""
    found: str = ""
    detail: str = ""

    @property
    def kind(self) -> Kind:
        """The catalogue's entry."""
        return CATALOGUE[self.code]

    @property
    def fatal(self) -> bool:
        """Whether what it concerns is refused."""
        return CATALOGUE[self.code].fatal

    def finding(self) -> Finding:
        """What the hub and people are told."""
        kind = self.kind
        text = kind.text.format(
            value=clean(self.value) or "an empty value",
            expected=clean(self.expected),
            found=clean(self.found) or "nothing",
            detail=clean(self.detail, 200),
            tag=clean(self.place.tag, 10),
        )
        return Finding(self.code, kind.severity, text, str(self.place)[:200], REMEDIES[self.code])


def fatal(faults: Sequence[Fault]) -> bool:
    """Whether any of them refuses what it concerns."""
    return bool(faults) and any(fault.fatal for fault in faults)
