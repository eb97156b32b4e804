"""Tiny documents for the tests: only what a test is about has to be written out."""

from __future__ import annotations

from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.x12.envelope import GROUP_TYPES
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context, Reading

ISA = "ISA*00*          *00*          *ZZ*ACME           *ZZ*METALWORKS     *261120*0915*U*00401*000000007*0*P*>~"
GS = "GS*PO*ACME*METALWORKS*20261120*0915*3*X*004010~"
LINE = "PO1*1*10*EA*2.50*PE*BP*A-1~"

CUSTOMER = Partner(id="C-ACME", name="Acme Frames", channel="x12", edi=EdiProfile(id="ACME"))
GERMAN = Partner(id="C-HOLT", name="Holt", channel="edifact", edi=EdiProfile(id="HOLT", qualifier="14"))
PARTNERS = Partners([CUSTOMER, GERMAN])
CONTEXT = Context(PARTNERS, today="2026-11-22")
SUPPLIERS = Context(
    Partners([partner.model_copy(update={"role": "supplier"}) for partner in (CUSTOMER, GERMAN)]), today="2026-11-22"
)
"""the same two, as suppliers"""


class Numbers:
    """Control numbers that begin with 1."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}

    def next(self, counter: str) -> int:
        self.counters[counter] = self.counters.get(counter, 0) + 1
        return self.counters[counter]


def transaction(*segments: str, kind: str = "850", number: str = "0001", count: int | None = None) -> str:
    """A transaction set around segments that end with their terminator."""
    body = "".join(segments)
    total = body.count("~") + 2 if count is None else count
    return f"ST*{kind}*{number}~{body}SE*{total}*{number}~"


def x12(*sets: str, isa: str = ISA, gs: str = "", ge: str = "", iea: str = "IEA*1*000000007~") -> bytes:
    """An interchange with one group around transaction sets."""
    gs = gs or GS.replace("*PO*", f"*{GROUP_TYPES.get(sets[0][3:6], 'PO')}*")
    return (isa + gs + "".join(sets) + (ge or f"GE*{len(sets)}*3~") + iea).encode("latin-1")


def order(*segments: str, beg: str = "BEG*00*SA*PO-1**20261120~", number: str = "0001") -> str:
    """An 850 with one line, or with the segments given."""
    return transaction(beg, *(segments or (LINE,)), number=number)


UNB = "UNB+UNOC:3+HOLT:14+METALWORKS:14+261120:1105+55'"


def message(*segments: str, kind: str = "ORDERS:D:96A:UN", number: str = "1", count: int | None = None) -> str:
    """A message around segments that end with their terminator."""
    body = "".join(segments)
    total = body.count("'") - body.count("?'") + 2 if count is None else count
    return f"UNH+{number}+{kind}'{body}UNT+{total}+{number}'"


ORDER = ("BGM+220+PO-1+9'", "DTM+137:20261120:102'", "LIN+1++4000862141404:EN'", "QTY+21:10'", "UNS+S'")


def edifact(*messages: str, unb: str = UNB, unz: str = "") -> bytes:
    """An interchange around messages."""
    return (unb + "".join(messages) + (unz or f"UNZ+{len(messages)}+55'")).encode("utf-8")


def read_x12(raw: bytes, context: Context = CONTEXT) -> Reading:
    return X12Reader().read(raw, "test.edi", context)


def read_edifact(raw: bytes, context: Context = CONTEXT) -> Reading:
    return EdifactReader().read(raw, "test.edi", context)


def codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]
