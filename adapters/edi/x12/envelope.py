"""X12 envelopes: ISA/IEA, GS/GE, ST/SE, read as a stream of messages (X12.5, X12.6)."""

from __future__ import annotations

from typing import ClassVar

from adapters.edi.delimiters import X12_DEFAULT
from adapters.edi.envelope import Document, Endpoint, Group, Interchange, counts, same_number
from adapters.edi.faults import Fault
from adapters.edi.stream import Role, Stream
from adapters.edi.tokens import Block

GROUP_TYPES = {"850": "PO", "855": "PR", "856": "SH", "860": "PC", "865": "CA", "997": "FA", "999": "FA"}
"""Functional identifier of the group (GS01) by transaction set"""


def at(segment: list[str], index: int) -> str:
    """An element of a segment; empty where it is absent."""
    return segment[index].strip() if index < len(segment) else ""


class X12Stream(Stream):
    """Reads a file of X12 interchanges."""

    standard = "x12"
    default = X12_DEFAULT
    texts = frozenset({"N1", "N2", "N3", "N4", "PER", "MSG", "MTX", "NTE", "PID"})
    tags: ClassVar[dict[Role, str]] = {
        "interchange": "ISA",
        "interchange end": "IEA",
        "group": "GS",
        "group end": "GE",
        "message": "ST",
        "message end": "SE",
        "receipt": "TA1",
    }

    def _begin_interchange(self, header: list[str], block: Block) -> Interchange:
        opened = Interchange(
            "x12",
            block.delimiters,
            sender=Endpoint(at(header, 5), at(header, 6)),
            receiver=Endpoint(at(header, 7), at(header, 8)),
            number=at(header, 13),
            version=at(header, 12),
            test=at(header, 15) == "T",
            acknowledge=at(header, 14) == "1",
            stamp=(at(header, 9), at(header, 10)),
        )
        if block.header and not block.header.fixed_width:
            opened.fault("header_not_fixed_width", detail="its elements have other lengths than the standard's")
        return opened

    def _judge_interchange(self, ended: Interchange, trailer: list[str]) -> None:
        if not same_number(at(trailer, 2), ended.number):
            ended.fault("interchange_number_differs", found=at(trailer, 2), expected=ended.number)
        if not counts(at(trailer, 1), ended.groups):
            ended.fault("interchange_count_differs", found=at(trailer, 1), expected=str(ended.groups))

    def _begin_group(self, header: list[str], interchange: Interchange) -> Group:
        group = Group(at(header, 1), at(header, 2), at(header, 3), at(header, 6), at(header, 8))
        interchange.enter(group, "GS")
        version = group.version
        if not (version[:2] == "00" and version[2:3] in "345678" and len(version) >= 6):
            place = interchange.place(tag="GS", element=8)
            group.faults.append(Fault("group_version_unsupported", place, value=version))
        return group

    def _judge_group(self, ended: Group, trailer: list[str], interchange: Interchange) -> None:
        place, stated = interchange.place(tag="GE"), at(trailer, 1)
        ended.stated = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 7 else -1
        if not same_number(at(trailer, 2), ended.number):
            ended.faults.append(Fault("group_number_differs", place, found=at(trailer, 2), expected=ended.number))
        if not counts(stated, ended.messages):
            ended.faults.append(Fault("group_count_differs", place, found=stated, expected=str(ended.messages)))

    def _begin_message(self, header: list[str], interchange: Interchange, text: str, size: int) -> Document:
        group = self._group
        version = group.version if group else ""
        document = Document(interchange, group, at(header, 1), at(header, 2), version, text, size, self._split)
        if group is None:
            document.fault("group_header_missing", 1)
            self._stray("ST")
        else:
            if document.number in group.numbers:
                document.fault("message_duplicate", 1, 2, value=document.number)
            group.numbers.add(document.number)
            if GROUP_TYPES.get(document.type, group.type) != group.type:
                document.fault("group_type_differs", 1, found=group.type, expected=document.type)
        return document

    def _judge_message(self, ended: Document, trailer: list[str], size: int) -> None:
        if not same_number(at(trailer, 2), ended.number):
            ended.fault("message_number_differs", ended.size, 2, found=at(trailer, 2), expected=ended.number)
        if not counts(at(trailer, 1), size):
            ended.fault("message_count_differs", ended.size, 1, found=at(trailer, 1), expected=str(size))
