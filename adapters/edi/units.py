"""Units of measure: what X12 partners write, and UN/ECE Recommendation 20, which the hub speaks.

A small table, kept by hand, of units in which metal goods, raw materials and packages are ordered; packages
have the codes of Recommendation 21 with ``X`` before them, as Recommendation 20 says. A unit that the table
does not know is an error at its place: a wrong unit would make a wrong quantity.
"""

from __future__ import annotations

import re

X12_TO_REC20: dict[str, str] = {
    # pieces and sets
    "EA": "H87",
    "PC": "H87",
    "UN": "C62",
    "PR": "PR",
    "ST": "SET",
    "KT": "KT",
    "DZ": "DZN",
    "GS": "GRO",
    "HC": "CEN",
    "HU": "CEN",
    "TH": "MIL",
    "LO": "LO",
    "AS": "AS",
    # mass
    "KG": "KGM",
    "GR": "GRM",
    "ME": "MGM",
    "MP": "TNE",
    "TN": "STN",
    "LG": "LTN",
    "LB": "LBR",
    "OZ": "ONZ",
    "CW": "CWA",
    "KI": "KI",
    # length, area, volume
    "MR": "MTR",
    "LM": "LM",
    "CM": "CMT",
    "MM": "MMT",
    "DK": "KMT",
    "FT": "FOT",
    "LF": "LF",
    "IN": "INH",
    "YD": "YRD",
    "SM": "MTK",
    "SF": "FTK",
    "SI": "INK",
    "SY": "YDK",
    "CR": "MTQ",
    "CF": "FTQ",
    "CI": "INQ",
    "LT": "LTR",
    "ML": "MLT",
    "GA": "GLL",
    "QT": "QTL",
    "PT": "PTL",
    # packages and forms
    "CA": "XCS",
    "CT": "XCT",
    "BX": "XBX",
    "PK": "XPK",
    "PL": "XPX",
    "RL": "XRO",
    "SH": "XST",
    "BD": "XBE",
    "CX": "XCL",
    "BA": "XBL",
    "BG": "XBG",
    "BO": "XBO",
    "DR": "XDR",
    "PA": "XPL",
    "TB": "XTU",
    "CN": "XCX",
    "TY": "XPU",
    "BR": "XBA",
    # time and work
    "HR": "HUR",
    "DA": "DAY",
    "MO": "MON",
    "LS": "LS",
    "JB": "E51",
}

REC20_TO_X12: dict[str, str] = {code: unit for unit, code in reversed(X12_TO_REC20.items())}

MEASURES: dict[str, str] = {
    "TH": "thickness",
    "LN": "length",
    "WD": "width",
    "HT": "height",
    "DI": "diameter",
    "OD": "outer diameter",
    "ID": "inner diameter",
    "WT": "weight",
    "AAA": "net weight",
    "AAB": "gross weight",
}
"""What is measured, by the qualifiers that both standards share (X12 738, EDIFACT 6313)"""

_OLD_EDIFACT = {"PCE": "H87", "PCS": "H87", "EA": "H87", "NAR": "H87", "PCB": "H87"}
"""Codes by which EDIFACT partners have long meant pieces"""

PIECES = frozenset({"H87", "C62"})
"""Units by which things are counted one by one"""

_SHAPE = re.compile("[A-Z0-9]{2,3}", re.ASCII)


def is_unit(code: str) -> bool:
    """Whether it has the shape of a unit."""
    return bool(_SHAPE.fullmatch(code))


def from_x12(code: str) -> str | None:
    """The Recommendation 20 code of an X12 unit (element 355)."""
    return X12_TO_REC20.get(code)


def to_x12(code: str) -> str:
    """The X12 unit of a Recommendation 20 code; one that X12 has no other word for stays as it is."""
    return REC20_TO_X12.get(code, code)


def from_edifact(code: str) -> str | None:
    """The unit of a quantity (6411); pieces where none is given, as ISO 9735 partners mean it."""
    if not code:
        return "H87"
    return _OLD_EDIFACT.get(code, code) if _SHAPE.fullmatch(code) else None


def to_edifact(code: str) -> str:
    """The unit as EDIFACT partners know it."""
    return "PCE" if code == "H87" else code
