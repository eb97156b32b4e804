"""The partner's own EDI system: writes interchanges and reads ours, knowing nothing of the hub's code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

GROUPS = {"850": "PO", "855": "PR", "856": "SH", "860": "PC", "865": "CA", "997": "FA"}


@dataclass
class X12Partner:
    """Writes X12 004010 with a tilde and a star, and numbers its interchanges."""

    id: str
    us: str = "METALWORKS"
    numbers: int = 100

    def write(self, kind: str, *segments: str) -> bytes:
        """One interchange with one transaction set."""
        self.numbers += 1
        number = f"{self.numbers:09}"
        body = [f"ST*{kind}*0001", *segments]
        return "~".join(
            [
                f"ISA*00*          *00*          *ZZ*{self.id:15}*ZZ*{self.us:15}*261122*0915*U*00401*{number}*0*P*>",
                f"GS*{GROUPS[kind]}*{self.id}*{self.us}*20261122*0915*{self.numbers}*X*004010",
                *body,
                f"SE*{len(body) + 1}*0001",
                f"GE*1*{self.numbers}",
                f"IEA*1*{number}~",
            ]
        ).encode()

    @staticmethod
    def read(raw: bytes) -> Document:
        """The transaction set of an interchange of ours."""
        text = raw.decode("ascii")
        segments = [part.strip("\r\n").split(text[3]) for part in text.split(text[105])]
        return Document(next(s[1] for s in segments if s[0] == "ST"), [s for s in segments if s != [""]])


@dataclass
class EdifactPartner:
    """Writes EDIFACT D96A in UNOC with the default delimiters."""

    id: str
    us: str = "4099990000994"
    numbers: int = 100

    def write(self, kind: str, *segments: str) -> bytes:
        """One interchange with one message."""
        self.numbers += 1
        body = [f"UNH+1+{kind}:D:96A:UN", *segments]
        head = f"UNB+UNOC:3+{self.id}:14+{self.us}:14+261122:0915+{self.numbers}"
        return ("'".join([head, *body, f"UNT+{len(body) + 1}+1", f"UNZ+1+{self.numbers}"]) + "'").encode("latin-1")

    @staticmethod
    def read(raw: bytes) -> Document:
        """The message of an interchange of ours; none of the texts in these tests holds a released delimiter."""
        segments = [part.strip("\r\n").split("+") for part in raw.decode("utf-8").split("'")]
        kind = next(s[2] for s in segments if s[0] == "UNH").partition(":")[0]
        return Document(kind, [s for s in segments if s != [""]])


@dataclass
class Document:
    """What was read: its kind, and its segments as lists of elements."""

    kind: str
    segments: Sequence[list[str]] = field(repr=False)

    def all(self, tag: str) -> list[list[str]]:
        """The segments with a tag."""
        return [segment for segment in self.segments if segment[0] == tag]

    def first(self, tag: str, element: int) -> str:
        """An element of the first segment with a tag."""
        return self.all(tag)[0][element]
