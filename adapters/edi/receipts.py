"""Acknowledgments of what we sent: TA1, 997 and 999, CONTRL; read, and never acknowledged themselves.

What they say is told by our own control numbers, leading zeros left away.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.edi.edifact.envelope import at as component
from adapters.edi.envelope import Document
from adapters.edi.faults import clean
from adapters.edi.mapping import Job, Meaning
from adapters.edi.x12.envelope import at
from hub.ports import Acknowledged, Statement

_X12: dict[str, Acknowledged] = {
    "A": "accepted",
    "E": "accepted_with_errors",
    "P": "accepted_with_errors",
    "R": "rejected",
    "M": "rejected",
    "W": "rejected",
    "X": "rejected",
}
_EDIFACT: dict[str, Acknowledged] = {"7": "accepted", "8": "accepted", "4": "rejected"}
_WHY_X12 = frozenset({"AK3", "AK4", "IK3", "IK4", "CTX"})
_WHY_EDIFACT = frozenset({"UCS", "UCD"})
_MOST = 500
"""characters of a reason that are repeated"""


def number(text: str) -> str:
    """A control number without its leading zeros; empty where there is none."""
    text = clean(text.strip(), 40)
    return text.lstrip("0") or "0" if text else ""


def read_ta1(segment: list[str]) -> Statement | None:
    """What a TA1 says of an interchange of ours."""
    status = _X12.get(at(segment, 4))
    if status is None or not at(segment, 1):
        return None
    reason = "" if status == "accepted" else _shown(["*".join(segment)])
    return Statement(status, interchange=number(at(segment, 1)), reason=reason)


def read_x12(job: Job) -> Meaning:
    """What a 997 or 999 says of a group of ours and its messages."""
    found: list[Statement] = []
    group, message = "", ""
    said: list[str] = []
    for position, segment in job.document.to_read:
        tag, shown = segment[0], "*".join(segment)
        if tag == "AK1":
            group, message, said = number(at(segment, 2)), "", []
        elif tag == "AK2":
            message, said = number(at(segment, 2)), []
        elif tag in _WHY_X12:
            said.append(shown)
        elif tag in ("AK5", "IK5") and message:
            status = _X12.get(at(segment, 1))
            about = Statement(status or "rejected", group=group, message=message, reason=_shown([*said, shown]))
            found.append(_noted(job.document, position, about, status))
            message, said = "", []
        elif tag == "AK9" and group:
            status = _X12.get(at(segment, 1))
            about = Statement(status or "rejected", group=group, reason=_shown([shown]))
            found.append(_noted(job.document, position, about, status))
    return _meaning(job.document, found)


def read_edifact(job: Job) -> Meaning:
    """What a CONTRL says of an interchange of ours and its messages."""
    found: list[Statement] = []
    interchange = group = ""
    for position, segment in job.document.to_read:
        tag, shown = segment[0][0], "+".join(":".join(element) for element in segment)
        if tag in _WHY_EDIFACT and found:
            last = found[-1]
            found[-1] = Statement(last.status, last.interchange, last.group, last.message, _shown([last.reason, shown]))
            continue
        if tag not in ("UCI", "UCF", "UCM"):
            continue
        named = number(component(segment, 1))
        if tag == "UCI":
            interchange, group = named, ""
        elif tag == "UCF":
            group = named
        status = _EDIFACT.get(component(segment, 3 if tag == "UCM" else 4))
        message = named if tag == "UCM" else ""
        about = Statement(status or "rejected", interchange, group, message, _shown([shown]))
        found.append(_noted(job.document, position, about, status))
    return _meaning(job.document, found)


def _shown(segments: Iterable[str]) -> str:
    """Segments as a person may see them."""
    return clean("  ".join(segments), _MOST)


def _noted(document: Document, position: int, about: Statement, status: str | None) -> Statement:
    """The statement; what it says against us becomes a finding."""
    if status is None:
        document.fault("code_invalid", position, 1, value="the status")
    elif status != "accepted":
        document.fault("refused_by_partner", position, value=str(about), found=status.replace("_", " "))
    return about


def _meaning(document: Document, found: list[Statement]) -> Meaning:
    said = f"{document.type} {found[-1]} {found[-1].status.replace('_', ' ')}" if found else document.type
    return Meaning("functional_ack", title=said, statements=tuple(found))
