"""The order of segments in the X12 documents that are read: which may stand where, and which must be there.

A segment that a document does not have, or not at that place, is noted and kept (AK3 1 and 2), because
partners add segments of their own; one that must be there and is not refuses the document (AK3 3).
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.edi.envelope import Document


@dataclass(frozen=True, slots=True)
class Layout:
    """Header, detail and summary of one transaction set."""

    first: str
    """the segment that follows ST, once"""
    detail: str
    """the segment with which every line begins"""
    header: frozenset[str]
    lines: frozenset[str]
    summary: frozenset[str]
    lines_required: bool = True


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ORDER_HEADER = _set(
    "CUR REF PER TAX FOB CTP PAM CSH SAC ITD DIS INC DTM LDT LIN SI PID MEA PWK PKG TD1 TD5 TD3 TD4"
    " MAN PCT CTB TXI AMT N9 MTX MSG NTE N1 N2 IN2 N3 N4 NX2 LM LQ SPI RB ADV QTY FA1 FA2 CN1 DMI"
)
_ORDER_LINES = _set(
    "LIN SI CUR CN1 PO3 CTP PAM MEA PID PWK PKG PO4 REF PER SAC IT3 IT8 ITA CSH ITD DIS INC TAX FOB"
    " SDQ DTM LDT TC2 TD1 TD5 TD3 TD4 PCT MAN MSG MTX NTE SPI TXI CTB QTY SCH LM LQ SLN N9 N1 N2 IN2"
    " N3 N4 NX2 AMT FA1 FA2 RB ADV ACK"
)
_SUMMARY = _set("CTT AMT")

LAYOUTS: dict[str, Layout] = {
    "850": Layout("BEG", "PO1", _ORDER_HEADER, _ORDER_LINES, _SUMMARY),
    "860": Layout("BCH", "POC", _ORDER_HEADER, _ORDER_LINES, _SUMMARY, lines_required=False),
    "855": Layout("BAK", "PO1", _ORDER_HEADER, _ORDER_LINES, _SUMMARY, lines_required=False),
    "865": Layout("BCA", "POC", _ORDER_HEADER, _ORDER_LINES, _SUMMARY, lines_required=False),
    "856": Layout(
        "BSN",
        "HL",
        _set("DTM"),
        _set(
            "LIN SN1 SLN PRF PO4 PID MEA PWK PKG TD1 TD5 TD3 TD4 TSD REF PER LM LQ DTM FOB PAL CUR N1 N2 N3"
            " N4 MAN ITD SAC SDQ ETD CTP CLD GF YNQ AMT LFH PAM CN1 LH1 MSG TXI MSG"
        ),
        _SUMMARY,
    ),
}


def check_structure(document: Document) -> bool:
    """Note segments that are unknown, out of place, missing or repeated; False when it makes no sense to read
    on.
    """
    layout = LAYOUTS[document.type]
    if document.size < 2 or document.tag(2) != layout.first:
        document.fault("segment_missing", 2, tag=layout.first)
        return False
    area, summarised, lines = layout.header, False, 0
    for position, segment in document.to_read[2:]:
        tag = segment[0]
        if tag in area:
            continue
        if tag == layout.detail and not summarised:
            area = layout.lines
            lines += 1
        elif tag == "SE":
            break
        elif tag == "CTT":
            area, summarised = layout.summary, True
        elif tag == layout.first:
            document.fault("segment_repeated", position)
        elif tag == layout.detail:
            document.fault("segment_after_end", position)
        elif tag in layout.header or tag in layout.lines or tag in layout.summary:
            document.fault("segment_unexpected", position)
        else:
            document.fault("segment_unknown", position)
        if len(document.faults) > document.most_faults:
            return False
    if not lines and layout.lines_required and not _cancels(document):
        document.fault("segment_missing", document.size, tag=layout.detail)
    return True


def _cancels(document: Document) -> bool:
    return document.split(document.raw[1])[1:2] in (["01"], ["17"])
