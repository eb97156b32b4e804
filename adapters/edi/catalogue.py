"""The closed catalogue of what can be wrong with an interchange, and how each is said in an acknowledgment.

One entry per fault: a stable code, its severity, the text for the person at the partner, and the codes of the
standards: TA1 note (TA105), AK3 (AK304), AK4 (AK403), AK5 (AK502), AK9 (AK905) and CONTRL (0085).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hub.ports import Severity

Level = Literal["interchange", "group", "message", "segment", "element", "content"]


@dataclass(frozen=True, slots=True)
class Kind:
    """An entry of the catalogue.

    ``fatal`` says that what it concerns (interchange, group, message) is refused; an error that is not fatal
    is noted, and what could be read is accepted. An empty code says that the acknowledgment has no word for
    it.
    """

    code: str
    level: Level
    severity: Severity
    text: str
    fatal: bool
    ta1: str = ""
    ak3: str = ""
    ak4: str = ""
    ak5: str = ""
    ak9: str = ""
    contrl: str = ""

    @property
    def of_trailer(self) -> bool:
        """Of an envelope: whether the trailer is at fault (it is missing, or differs from header or content)."""
        return self.contrl in {"13", "28", "29"}


def _noted(code: str, text: str, level: Level, **codes: str) -> Kind:
    return Kind(code, level, "error", text, False, **codes)


def _fatal(code: str, text: str, level: Level, **codes: str) -> Kind:
    return Kind(code, level, "error", text, True, **codes)


def _warning(code: str, text: str, level: Level, **codes: str) -> Kind:
    return Kind(code, level, "warning", text, False, **codes)


CATALOGUE: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        _fatal(
            "unreadable",
            "this is not an interchange of this standard: {detail}",
            "interchange",
            ta1="022",
            contrl="12",
        ),
        _fatal(
            "header_unreadable",
            "the interchange header cannot be read: {detail}",
            "interchange",
            ta1="022",
            contrl="12",
        ),
        _noted(
            "header_not_fixed_width",
            "the interchange header is not of fixed width: {detail}",
            "interchange",
            ta1="022",
        ),
        _noted(
            "interchange_number_missing",
            "the interchange has no control number, so that it cannot be acknowledged, nor known when it comes again",
            "interchange",
            ta1="018",
            contrl="13",
        ),
        _noted(
            "interchange_number_differs",
            "the trailer names interchange {found}, the header {expected}",
            "interchange",
            ta1="001",
            contrl="28",
        ),
        _noted(
            "interchange_count_differs",
            "the trailer counts {found}, there are {expected}",
            "interchange",
            ta1="021",
            contrl="29",
        ),
        _noted(
            "interchange_trailer_missing",
            "the interchange ends without its trailer",
            "interchange",
            ta1="023",
            contrl="13",
        ),
        _fatal(
            "interchange_duplicate",
            "interchange {value} has been received before",
            "interchange",
            ta1="025",
            contrl="26",
        ),
        _fatal(
            "wrong_receiver",
            "the interchange is addressed to {value}, which is not us",
            "interchange",
            ta1="008",
            contrl="7",
        ),
        _noted("stray_segment", "{value} stands outside of any message", "interchange", ta1="024", contrl="33"),
        _noted(
            "segment_too_long",
            "no segment terminator within {expected} characters",
            "interchange",
            ta1="024",
            contrl="39",
        ),
        _noted(
            "too_many_messages",
            "the file has more than {expected} messages, groups and interchanges; the rest is not read",
            "interchange",
            ta1="024",
            contrl="18",
        ),
        _warning("role_unexpected", "the partner's profile does not go with a {value}", "content"),
        _warning("refused_by_partner", "the partner says of our {value}: {found}", "content"),
        _warning("unknown_partner", "no partner profile has the interchange id {value}", "interchange"),
        _warning("test_interchange", "the sender marks the interchange as a test", "interchange"),
        _noted(
            "group_number_missing",
            "the group has no control number",
            "group",
            ak9="6",
            contrl="13",
        ),
        _noted(
            "group_number_differs",
            "the trailer names group {found}, the header {expected}",
            "group",
            ak9="4",
            contrl="28",
        ),
        _noted(
            "group_count_differs",
            "the trailer counts {found} messages, there are {expected}",
            "group",
            ak9="5",
            contrl="29",
        ),
        _noted("group_trailer_missing", "the group ends without its trailer", "group", ak9="3", contrl="13"),
        _fatal(
            "group_header_missing",
            "the message stands outside of any functional group",
            "group",
            ak9="1",
            contrl="15",
        ),
        _fatal("group_version_unsupported", "version {value} is not supported", "group", ak9="2", contrl="14"),
        _fatal("group_duplicate", "group {value} occurs twice in the interchange", "group", ak9="6", contrl="26"),
        _warning("group_type_differs", "a group of type {found} holds a message of type {expected}", "group"),
        _fatal(
            "message_unsupported",
            "documents of type {value} are not supported",
            "message",
            ak5="1",
            contrl="14",
        ),
        _fatal("message_trailer_missing", "the message ends without its trailer", "message", ak5="2", contrl="13"),
        _fatal(
            "message_number_differs",
            "the trailer names message {found}, the header {expected}",
            "message",
            ak5="3",
            contrl="28",
        ),
        _fatal(
            "message_count_differs",
            "the trailer counts {found} segments, there are {expected}",
            "message",
            ak5="4",
            contrl="29",
        ),
        _fatal("message_duplicate", "message {value} occurs twice", "message", ak5="23", contrl="26"),
        _fatal(
            "message_header_unreadable",
            "the message header cannot be read: {detail}",
            "message",
            ak5="5",
            contrl="12",
        ),
        _fatal(
            "message_too_long",
            "the message has more than {expected} segments",
            "message",
            ak5="5",
            contrl="36",
        ),
        _fatal(
            "too_many_faults",
            "there are more than {expected} faults; the rest is not listed",
            "message",
            ak5="5",
            contrl="18",
        ),
        _warning("segment_unknown", "{tag} is not a segment of this document", "segment", ak3="1", contrl="15"),
        _warning("segment_unexpected", "{tag} is not expected at this place", "segment", ak3="2", contrl="15"),
        _fatal("segment_missing", "{tag} is missing", "segment", ak3="3", contrl="13"),
        _fatal("segment_repeated", "{tag} occurs more often than once", "segment", ak3="5", contrl="35"),
        _fatal("segment_after_end", "{tag} follows the summary of the document", "segment", ak3="2", contrl="15"),
        _fatal("element_missing", "a value is required here{detail}", "element", ak4="1", contrl="13"),
        _fatal(
            "element_condition",
            "this value is required together with another{detail}",
            "element",
            ak4="2",
            contrl="13",
        ),
        _warning(
            "element_surplus",
            "the segment has more elements than its definition",
            "element",
            ak4="3",
            contrl="16",
        ),
        _fatal(
            "element_repeated",
            "there are several values where one is meant: {value}",
            "element",
            ak4="3",
            contrl="35",
        ),
        _fatal("element_short", "{value} is shorter than {expected} characters", "element", ak4="4", contrl="40"),
        _fatal("element_long", "{value} is longer than {expected} characters", "element", ak4="5", contrl="39"),
        _noted("text_long", "text is longer than {expected} characters", "element", ak4="5", contrl="39"),
        _fatal(
            "character_invalid",
            "there is a character that text must not have",
            "element",
            ak4="6",
            contrl="21",
        ),
        _noted(
            "character_doubtful",
            "there is a character that cannot be told for certain; see whether the text is right",
            "element",
            ak4="6",
            contrl="21",
        ),
        _fatal("number_invalid", "{value} is not a number{detail}", "element", ak4="6", contrl="37"),
        _fatal("number_negative", "{value} must not be negative", "element", ak4="7", contrl="12"),
        _fatal(
            "code_invalid",
            "{value} is not a code that can be used here{detail}",
            "element",
            ak4="7",
            contrl="12",
        ),
        _fatal(
            "unit_unknown",
            "{value} is not a unit of measure that is known here",
            "element",
            ak4="7",
            contrl="12",
        ),
        _fatal("currency_unknown", "{value} is not a currency code", "element", ak4="7", contrl="12"),
        _fatal("date_invalid", "{value} is not a date{detail}", "element", ak4="8", contrl="12"),
        _fatal("line_number_repeated", "line {value} occurs twice", "element", ak4="7", contrl="12"),
        _fatal("value_invalid", "the value does not fit: {detail}", "element", ak4="7", contrl="12"),
        _warning("date_not_a_day", "{value} is a period, not a day", "content"),
        _warning("price_basis_unknown", "price basis {value} is not known; the price is not used", "content"),
        _warning(
            "price_unit_differs",
            "the price is for {found}, the quantity is in {expected}; the price is not used",
            "content",
        ),
        _warning("line_amount", "{found} is stated, quantity and price make {expected}", "content"),
        _warning("product_unidentified", "line {value} names its product in no way that is known here", "content"),
        _warning("line_delivery", "line {value} goes to a place of its own: {found}", "content"),
        _warning("line_currency", "line {value} is in {found}, the order in {expected}", "content"),
        _warning("total_lines", "{found} lines are stated, there are {expected}", "content"),
        _warning(
            "total_quantity",
            "a total quantity of {found} is stated, the lines add up to {expected}",
            "content",
        ),
        _warning("total_amount", "a total of {found} is stated, the lines add up to {expected}", "content"),
        _warning("schedule_quantity", "the schedule adds up to {found}, the line has {expected}", "content"),
        _warning("units_mixed", "line {value} has quantities in several units, which do not add up", "content"),
        _warning("order_type", "{value} is not a plain purchase order: {detail}", "content"),
        _warning("purpose_unhandled", "purpose {value} is for a person to decide", "content"),
        _warning("reference_missing", "a reference is missing: {detail}", "content"),
    )
}
