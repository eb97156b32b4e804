"""Codes of X12 purchase orders, as far as the hub acts on them, in its own words."""

from __future__ import annotations

from hub.messages.document import Intent

PURPOSES: dict[str, tuple[Intent, str]] = {
    "00": ("new_po", "original"),
    "01": ("cancel", ""),
    "04": ("change", "change"),
    "05": ("revision", "revision"),
    "06": ("revision", "revision"),
    "07": ("not_an_order", "copy"),
    "15": ("new_po", "original"),
    "17": ("cancel", ""),
    "18": ("revision", "revision"),
    "22": ("not_an_order", "copy"),
}
"""What a sender wants, and the ``purpose`` of the normalised order, by BEG01 and BCH01"""

ORDERS = frozenset({"SA", "NE", "OS", "RO", "DS", "KN", "EO", "RE", "SP", "SS", "SO", "PR", "CN"})
"""Types of purchase order that are orders (BEG02)"""

NOT_ORDERS: dict[str, str] = {
    "BE": "a blanket order of estimated quantities",
    "BK": "a blanket order",
    "BL": "a blanket order",
    "CF": "the confirmation of an order given otherwise",
    "CR": "a contract release",
    "IN": "a copy for information",
    "LB": "a blanket order",
    "LS": "a lease",
    "QT": "a quotation",
    "RL": "a release against a blanket order",
    "RR": "a repair and return order",
    "RT": "a return",
    "SD": "a standing order",
    "ST": "a standing order",
}
"""Types that are something else (BEG02); a person decides (R68)"""

PRODUCT_FIELDS: dict[str, str] = {
    "BP": "buyer_part",
    "CB": "buyer_part",
    "IN": "buyer_part",
    "PI": "buyer_part",
    "SK": "buyer_part",
    "VN": "seller_part",
    "VP": "seller_part",
    "VC": "seller_part",
    "VA": "seller_part",
    "UP": "gtin",
    "UA": "gtin",
    "UD": "gtin",
    "UE": "gtin",
    "UI": "gtin",
    "UK": "gtin",
    "EN": "gtin",
    "EO": "gtin",
    "MG": "manufacturer_part",
    "MN": "manufacturer_part",
    "PD": "description",
}
"""Fields of the product, by the qualifiers of its identifiers (element 235)"""

CHARACTERISTICS: dict[str, str] = {
    "GC": "grade",
    "GS": "specification",
    "MS": "specification",
    "SN": "serial number",
    "HC": "heat",
    "HN": "heat",
    "DV": "drawing revision",
    "DN": "drawing",
    "EC": "engineering change",
    "RN": "release",
    "RV": "revision",
    "BO": "colour",
    "VE": "colour",
    "IZ": "size",
    "SZ": "size",
    "CL": "colour",
    "FS": "standard",
    "TH": "thickness",
}
"""Identifiers that say how the product must be (R1a)"""

PRICE_BASES: dict[str, str] = {
    **dict.fromkeys(
        [
            "CA",
            "CP",
            "CT",
            "DI",
            "DR",
            "ES",
            "FX",
            "LE",
            "LP",
            "MP",
            "NT",
            "PE",
            "PR",
            "QE",
            "QT",
            "SL",
            "ST",
            "TE",
            "UM",
            "WE",
            "WH",
            "EA",
        ],
        "1",
    ),
    "PN": "10",
    **dict.fromkeys(["HP", "LC", "QH", "TC", "WC"], "100"),
    **dict.fromkeys(["TP", "LM", "QS", "TM", "WM"], "1000"),
    "TT": "10000",
    "HT": "100000",
}
"""Number of units that a price is for, by PO105 (element 639), whatever the unit of the quantity is; prices at which
others sell (RE, RS, SR), for a period or in part are not used"""

MEASURED_BASES: dict[str, tuple[str, str]] = {
    "PP": ("1", "LBR"),
    "PK": ("1", "KGM"),
    "PG": ("1", "GRM"),
    "PO": ("1", "ONZ"),
    "PT": ("1", "STN"),
    "PF": ("1", "FOT"),
    "HF": ("100", "FOT"),
    "TF": ("1000", "FOT"),
    "PY": ("1", "YRD"),
    "PS": ("1000", "FTK"),
    "P7": ("1", "MTR"),
    "P1": ("1000", "MTR"),
    "P2": ("1", "CMT"),
    "P6": ("1", "MMT"),
    "PL": ("1", "LTR"),
    "ML": ("1", "MLT"),
    **dict.fromkeys(["PD", "LD", "TD", "WD"], ("1", "DZN")),
}
"""Number of units that a price is for, and which: it is used where the quantity is in that unit"""

DELIVERY_DATES = {
    code: rank for rank, code in enumerate(("002", "106", "074", "067", "063", "064", "010", "038", "037"))
}
"""DTM qualifiers that say when the goods are wanted, the plainest first"""

CHANGES: dict[str, str] = {
    "AI": "add",
    "DI": "delete",
    "NC": "none",
    **dict.fromkeys(["CA", "CH", "CT", "PC", "PQ", "PR", "QI", "QD", "RA", "RE", "RQ", "RS", "RZ"], "change"),
}
"""What to do with a line of a change, by POC02"""
