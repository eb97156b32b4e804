"""What an audit finds: each finding with a stable code, what it is about, and a text for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that does not add up."""

    code: str
    subject: str
    """id of what it is about"""
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and what was found."""

    findings: tuple[Finding, ...] = ()
    figures: dict[str, int] = field(default_factory=dict)
    """how much was looked at: orders, lines, events…"""

    @property
    def clean(self) -> bool:
        """Whether everything adds up."""
        return not self.findings

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of what was found."""
        return frozenset(finding.code for finding in self.findings)

    def data(self) -> dict[str, Any]:
        """The report, JSON-ready."""
        return {
            "clean": self.clean,
            "figures": self.figures,
            "findings": [asdict(finding) for finding in self.findings],
        }


class Notes:
    """Findings and figures, as they are gathered."""

    def __init__(self) -> None:
        self._findings: set[Finding] = set()
        self.figures: Counter[str] = Counter()

    def find(self, code: str, subject: object, text: str) -> None:
        """Note a finding; the same one twice is one."""
        self._findings.add(Finding(code, str(subject), text))

    def count(self, name: str, number: int = 1) -> None:
        """Count what was looked at."""
        self.figures[name] += number

    def report(self) -> Report:
        """What was gathered, in a fixed order."""
        return Report(tuple(sorted(self._findings)), dict(self.figures))
