"""Codes of EDIFACT orders, as far as the hub acts on them, in its own words."""

from __future__ import annotations

from hub.messages.document import Intent

PURPOSES: dict[str, tuple[Intent, str]] = {
    "": ("new_po", "original"),
    "9": ("new_po", "original"),
    "1": ("cancel", ""),
    "17": ("cancel", ""),
    "4": ("change", "change"),
    "5": ("revision", "revision"),
    "6": ("revision", "revision"),
    "7": ("not_an_order", "copy"),
    "31": ("not_an_order", "copy"),
}
"""What a sender wants, and the ``purpose`` of the normalised order, by message function (1225)"""

ORDERS = frozenset({"", "105", "220", "224", "225", "230", "231", "402"})
"""Kinds of document that are orders or their changes (1001)"""

NOT_ORDERS: dict[str, str] = {
    "221": "a blanket order",
    "222": "a spot order",
    "223": "a lease order",
    "226": "a call-off",
    "227": "a consignment order",
    "228": "a sample order",
    "229": "a swap order",
    "232": "a hire order",
    "236": "a forecast",
    "240": "a delivery instruction",
    "241": "a delivery schedule",
    "245": "a delivery release",
    "310": "a quotation",
    "311": "a request for a quotation",
    "315": "a contract",
    "320": "the acknowledgment of an order",
    "325": "a pro forma invoice",
    "327": "a return",
    "393": "a return",
    "400": "an exceptional order",
    "401": "a transshipment order",
}
"""Kinds of document that are something else (1001); a person decides (R68)"""

PRODUCT_FIELDS: dict[str, str] = {
    "EN": "gtin",
    "SRV": "gtin",
    "UP": "gtin",
    "BP": "buyer_part",
    "IN": "buyer_part",
    "SA": "seller_part",
    "VN": "seller_part",
    "VP": "seller_part",
    "IB": "gtin",
    "MF": "manufacturer_part",
    "MP": "manufacturer_part",
}
"""Fields of the product, by what kind of item number it is (7143)"""

CHARACTERISTICS: dict[str, str] = {
    "DR": "drawing",
    "DW": "drawing",
    "EC": "engineering change",
    "GD": "grade",
    "HN": "heat",
    "SN": "serial number",
    "STD": "standard",
    "NB": "batch",
}
"""Item numbers that say how the product must be (R1a)"""

DESCRIPTIONS: dict[str, str] = {"13": "grade", "35": "colour", "98": "size", "38": "finish"}
"""What a description is about, where it is not the product as a whole (7081)"""

ROLES = {
    "BY": "buyer",
    "DP": "ship-to",
    "ST": "ship-to",
    "CN": "ship-to",
    "UC": "ship-to",
    "IV": "bill-to",
    "SU": "seller",
    "SE": "seller",
}
"""What parties are to the hub (3035); the rest are ``other``"""

DELIVERY_DATES = {code: rank for rank, code in enumerate(("2", "69", "74", "67", "76", "63", "61", "64", "10"))}
"""DTM qualifiers that say when the goods are wanted, the plainest first"""

QUANTITIES = {"21": 0, "1": 1}
"""QTY qualifiers of the quantity ordered, the plainest first"""

SCHEDULED = frozenset({"21", "1", "11", "113"})
"""QTY qualifiers of a part of the quantity ordered; others under SCC are cumulative, or of the past"""

PRICES = {code: rank for rank, code in enumerate(("AAA", "AAB", "NTP", "GRP", "INV", "CAL"))}
"""PRI qualifiers, the one that counts first"""

ACTIONS = {
    "1": "add",
    "2": "delete",
    "3": "change",
    "4": "none",
    "5": "none",
    "8": "change",
    "9": "change",
    "11": "none",
    "": "change",
}
"""What to do with a line of a change (1229); 8 is its schedule only, 11 one that is not amended"""

IDENTIFYING = frozenset({"1", "2", "5", ""})
"""PIA functions (4347) by which the product itself is named; others name what it replaces, or goes with"""
