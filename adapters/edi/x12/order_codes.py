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
            "FB",
            "LE",
            "LP",
            "MP",
            "NT",
            "PE",
            "PP",
            "PR",
            "PU",
            "QT",
            "RE",
            "RS",
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
    "HP": "100",
    "TP": "1000",
}
"""Number of units that a price is for, by PO105; others are not used"""

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
