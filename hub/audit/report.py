"""What an audit finds: each finding with a stable code, what it is about, and a text for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Code = Literal[
    "cancellation_state",
    "change_state",
    "command_lost",
    "content_differs",
    "dead_share",
    "delay_unsaid",
    "document_altered",
    "document_commands",
    "document_differs",
    "document_lost",
    "document_state",
    "document_unasked",
    "document_unsaid",
    "document_unsent",
    "document_without_reason",
    "event_untaken",
    "failure_unsaid",
    "grant_not_carried_out",
    "hold_mismatch",
    "layout_differs",
    "line_cancelled",
    "line_mismatch",
    "line_not_removed",
    "line_ordered",
    "line_overdone",
    "line_shipped",
    "line_unaccounted",
    "live_after_end",
    "material_after_cancellation",
    "material_po_columns",
    "material_po_lost",
    "material_po_open",
    "material_po_received",
    "material_po_shares",
    "material_po_state",
    "message_altered",
    "message_columns",
    "message_gone",
    "number_gap",
    "number_mismatch",
    "order_columns",
    "order_lost",
    "order_state",
    "order_without_events",
    "orphan_conversation",
    "orphan_delivery",
    "orphan_document",
    "orphan_key",
    "orphan_requirement",
    "orphan_share",
    "orphan_shipment",
    "orphan_source",
    "orphan_task",
    "orphan_timer",
    "orphan_work_order",
    "outcome_mismatch",
    "over_reserved",
    "pieces_lost",
    "planned_after_cancellation",
    "po_line_lost",
    "po_lost",
    "recovered_too_much",
    "refusal_unsaid",
    "requirement_lost",
    "requirement_quantity",
    "requirement_state",
    "requirement_stock",
    "requirement_without_events",
    "revision_mismatch",
    "sequence_gap",
    "sequence_mismatch",
    "share_mismatch",
    "shipped_after_cancellation",
    "shipped_on_hold",
    "shipped_unmade",
    "stock_event_gap",
    "stock_missing",
    "stock_negative",
    "stock_on_hand",
    "stock_on_order",
    "stock_over_reserved",
    "stock_reserved",
    "stock_unsaid",
    "task_differs",
    "task_missing",
    "task_not_open",
    "task_state",
    "task_surplus",
    "task_unlisted",
    "task_unsaid",
    "timer_missing",
    "unreadable",
    "unsent",
    "untold",
    "work_after_cancellation",
    "work_order_lost",
    "work_order_pieces",
    "work_order_state",
    "work_order_without_events",
]
"""Every code that a finding can have; for each there is a test that plants it"""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that does not add up."""

    code: Code
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

    def find(self, code: Code, subject: object, text: str) -> None:
        """Note a finding; the same one twice is one."""
        self._findings.add(Finding(code, str(subject), text))

    def count(self, name: str, number: int = 1) -> None:
        """Count what was looked at."""
        self.figures[name] += number

    def report(self) -> Report:
        """What was gathered, in a fixed order."""
        return Report(tuple(sorted(self._findings)), dict(self.figures))
