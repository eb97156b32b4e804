"""The page of all EDI faults, made from the catalogue by `hub docs`."""

from __future__ import annotations

import re

from adapters.edi.catalogue import CATALOGUE, Kind, Level
from adapters.edi.remedies import REMEDIES

FILE = "edi-errors.md"
_LEVELS: dict[Level, tuple[str, str]] = {
    "interchange": (
        "The interchange",
        "About the outermost envelope (ISA/IEA, UNB/UNZ). X12 says it by TA1 (code TA105), EDIFACT in UCI of CONTRL.",
    ),
    "group": ("The functional group", "About GS/GE and UNG/UNE. X12 says it in AK9 (AK905), EDIFACT in UCF."),
    "message": ("The message", "About ST/SE and UNH/UNT as a whole. X12 says it in AK5 (AK502), EDIFACT in UCM."),
    "segment": ("Segments", "Segments that are unknown, missing or out of place. X12: AK3 (AK304); EDIFACT: UCS."),
    "element": ("Values", "Single elements and components. X12: AK4 (AK403) below an AK3 8; EDIFACT: UCD."),
    "content": ("Content", "What a person should know, though the syntax is in order. Not said in an acknowledgment."),
}

_TABLE = "| code | outcome | what it says | what to do | X12 | CONTRL |\n|---|---|---|---|---|---|\n"

_HEAD = """# EDI faults

<!-- made by `hub docs`; do not edit -->

Every fault that the X12 and EDIFACT readers can find, once. The code stays the same from version to version. *Refused*
means that what the fault is about (the interchange, the group, the message) is not carried out; *noted* errors and
warnings stop nothing. Each finding says where it is: control numbers of interchange, group and message, the segment
(counted from ST or UNH as 1), its tag, the element and the component (counted from 1).
"""


def files() -> dict[str, str]:
    """The page, by its name in the folder of the documentation."""
    return {FILE: _page()}


def _page() -> str:
    parts = [_HEAD]
    for level, (title, about) in _LEVELS.items():
        kinds = [kind for kind in CATALOGUE.values() if kind.level == level]
        parts.append(f"\n## {title}\n\n{about}\n\n{_TABLE}")
        parts.extend(_row(kind) for kind in kinds)
    return "".join(parts)


def _row(kind: Kind) -> str:
    outcome = "refused" if kind.fatal else "noted" if kind.severity == "error" else "warning"
    text = re.sub(r"[;:]? ?\{detail\}", "", kind.text).replace("{", "*").replace("}", "*").strip()
    named = (("TA1", kind.ta1), ("AK3", kind.ak3), ("AK4", kind.ak4), ("AK5", kind.ak5), ("AK9", kind.ak9))
    x12 = ", ".join(f"{name} {code}" for name, code in named if code)
    return f"| `{kind.code}` | {outcome} | {text} | {REMEDIES[kind.code]} | {x12} | {kind.contrl} |\n"
