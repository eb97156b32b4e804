"""One tiny document per fault: its code, its place, and how the acknowledgment says it."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest

from adapters.edi.catalogue import CATALOGUE
from adapters.edi.faults import clean
from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.tokens import Limits
from hub.ports import Reading
from tests.unit.edi.documents import (
    CONTEXT,
    GS,
    ISA,
    LINE,
    ORDER,
    SUPPLIERS,
    UNB,
    Numbers,
    codes,
    edifact,
    message,
    order,
    read_edifact,
    read_x12,
    transaction,
    x12,
)

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
NEWER = ISA.replace("*U*00401*", "*^*00501*")
BEG = "BEG*00*SA*PO-1**20261120~"


def acknowledgments(reading: Reading) -> str:
    return "".join(draft.render(Numbers(), NOW).decode() for draft in reading.drafts)


X12_FAULTS = {
    "message_count_differs": (x12(transaction(BEG, LINE, count=9)), "AK5*R*4~", "segment 4 SE, element 1"),
    "message_number_differs": (
        x12(order().replace("SE*4*0001", "SE*4*0002")),
        "AK5*R*3~",
        "segment 4 SE, element 2",
    ),
    "message_trailer_missing": (x12(order().replace("SE*4*0001~", "")), "AK5*R*2~", "SE"),
    "message_duplicate": (x12(order(), order()), "AK5*R*23~", "ST"),
    "message_unsupported": (x12(transaction("W05*N~", kind="940")), "AK5*R*1~", "ST"),
    "group_number_missing": (x12(order(), gs=GS.replace("*0915*3*", "*0915**"), ge="GE*1*~"), "AK9*E*1*1*1*6~", "GS"),
    "group_number_differs": (x12(order(), ge="GE*1*4~"), "AK9*E*1*1*1*4~", "GE"),
    "group_count_differs": (x12(order(), ge="GE*2*3~"), "AK9*E*2*1*1*5~", "GE"),
    "group_trailer_missing": (x12(order(), ge=" "), "AK9*E*1*1*1*3~", "GE"),
    "group_version_unsupported": (x12(order(), gs=GS.replace("004010", "002003")), "AK9*R*1*1*0*2~", "GS"),
    "interchange_number_differs": (x12(order(), iea="IEA*1*000000008~"), "*E*001~", "interchange"),
    "interchange_count_differs": (x12(order(), iea="IEA*2*000000007~"), "*E*021~", "interchange"),
    "interchange_trailer_missing": (x12(order(), iea=""), "*E*023~", "interchange"),
    "header_not_fixed_width": (
        x12(order(), isa=ISA.replace("ACME           ", "ACME")),
        "*E*022~",
        "interchange",
    ),
    "stray_segment": (x12(order(), gs="XYZ*1~" + GS), "*E*024~", "interchange"),
    "interchange_duplicate": (x12(order()) * 2, "*R*025~", "interchange"),
    "segment_missing": (x12(transaction(BEG)), "AK3*PO1*3**3~", "segment 3 PO1"),
    "segment_unknown": (x12(order("XQ*1~", LINE)), "AK3*XQ*3**1~", "segment 3 XQ"),
    "segment_unexpected": (x12(order("SDQ*EA*92*A*1~", LINE)), "AK3*SDQ*3**2~", "segment 3 SDQ"),
    "segment_repeated": (x12(order(BEG, LINE)), "AK3*BEG*3**5~", "segment 3 BEG"),
    "segment_after_end": (x12(order(LINE, "CTT*1~", LINE)), "AK3*PO1*5**2~", "segment 5 PO1"),
    "element_missing": (x12(order(beg="BEG*00*SA***20261120~")), "AK4*3**1~", "segment 2 BEG, element 3"),
    "element_surplus": (x12(order("N1*ST*A*92*1*XX*YY*ZZ~", LINE)), "AK4*7**3~", "segment 3 N1, element 7"),
    "element_long": (
        x12(order(beg=f"BEG*00*SA*{'P' * 30}**20261120~")),
        f"AK4*3**5*{'P' * 30}~",
        "element 3",
    ),
    "text_long": (x12(order("N4*Toronto*Ontario~", LINE)), "AK4*2**5*Ontario~\nAK5*E*5~", "segment 3 N4, element 2"),
    "element_repeated": (
        x12(order("PO1*1*10^20*EA*2~"), isa=NEWER),
        "AK4*2**3*10^20~",
        "segment 3 PO1, element 2",
    ),
    "element_short": (x12(order(beg="BEG*0*SA*PO-1**20261120~")), "AK4*1**4*0~", "element 1"),
    "character_invalid": (x12(order("MSG*a\x07b~", LINE)), "AK4*1**6~", "segment 3 MSG, element 1"),
    "character_doubtful": (x12(order("MSG*5 \x80~", LINE)), "AK4*1**6~\nAK5*E*5~", "segment 3 MSG, element 1"),
    "number_invalid": (x12(order("PO1*1*1O*EA*2~")), "AK4*2**6*1O~", "segment 3 PO1, element 2"),
    "number_negative": (x12(order("PO1*1*-1*EA*2~")), "AK4*2**7*-1~", "segment 3 PO1, element 2"),
    "unit_unknown": (x12(order("PO1*1*1*Q9*2~")), "AK4*3**7*Q9~", "segment 3 PO1, element 3"),
    "date_invalid": (
        x12(order(beg="BEG*00*SA*PO-1**20261131~")),
        "AK4*5**8*20261131~",
        "segment 2 BEG, element 5",
    ),
    "currency_unknown": (x12(order("CUR*BY*us1~", LINE)), "AK4*2**7*us1~", "segment 3 CUR, element 2"),
    "line_number_repeated": (x12(order(LINE, LINE)), "AK4*1**7*1~", "segment 4 PO1, element 1"),
    "price_basis_unknown": (x12(order("PO1*1*1*EA*2*Q7~")), "AK5*A~", "segment 3 PO1, element 5"),
    "price_unit_differs": (x12(order("PO1*1*1*CA*2*PP*BP*A-1~")), "AK5*A~", "segment 3 PO1, element 5"),
    "line_amount": (x12(order(LINE, "AMT*1*26~")), "AK5*A~", "segment 3 PO1"),
    "line_delivery": (x12(order(LINE, "N1*ST**92*CC03~")), "AK5*A~", "segment 4 N1"),
    "line_currency": (x12(order("CUR*BY*USD~", LINE, "CUR*BY*CAD~")), "AK5*A~", "segment 4 PO1"),
    "product_unidentified": (x12(order("PO1*1*1*EA*2**ZZ*A-1~")), "AK5*A~", "segment 3 PO1"),
    "total_lines": (x12(order(LINE, "CTT*2~")), "AK5*A~", "message 0001"),
    "total_quantity": (x12(order(LINE, "CTT*1*11~")), "AK5*A~", "message 0001"),
    "total_amount": (x12(order(LINE, "CTT*1~", "AMT*TT*26~")), "AK5*A~", "message 0001"),
    "schedule_quantity": (x12(order(LINE, "SCH*4*EA***002*20270111~")), "AK5*A~", "segment 3 PO1"),
    "unknown_partner": (x12(order(), isa=ISA.replace("ACME ", "ACMX ")), "AK5*A~", "interchange"),
    "test_interchange": (x12(order(), isa=ISA.replace("*P*", "*T*")), "*T*>~", "interchange"),
    "message_header_unreadable": (x12("ST*850~" + BEG + LINE + "SE*4*~"), "AK5*R*5~", "segment 1 ST"),
    "group_duplicate": (
        (ISA + (GS + order() + "GE*1*3~") * 2 + "IEA*2*000000007~").encode(),
        "AK9*R*1*1*0*6~",
        "GS",
    ),
    "group_type_differs": (x12(order(), gs=GS.replace("*PO*", "*PR*")), "AK5*A~", "segment 1 ST"),
    "element_condition": (x12(order("PO1*1*1**2~")), "AK4*3**2~", "segment 3 PO1, element 3"),
    "group_header_missing": ((ISA + order() + "IEA*0*000000007~").encode(), "", "segment 1 ST"),
}


@pytest.mark.parametrize("code", X12_FAULTS)
def test_x12_fault(code: str) -> None:
    raw, said, where = X12_FAULTS[code]
    reading = read_x12(raw)
    found = next(finding for finding in reading.findings if finding.code == code)
    assert where in found.where
    assert found.severity == CATALOGUE[code].severity
    assert said in acknowledgments(reading)


EDIFACT_FAULTS = {
    "message_count_differs": (
        edifact(message(*ORDER, count=12)),
        "UCM+1+ORDERS:D:96A:UN+4+29+UNT'",
        "segment 7 UNT",
    ),
    "message_number_differs": (
        edifact(message(*ORDER).replace("UNT+7+1", "UNT+7+2")),
        "+4+28+UNT'",
        "segment 7 UNT",
    ),
    "message_trailer_missing": (edifact(message(*ORDER).replace("UNT+7+1'", "")), "+4+13+UNT'", "UNT"),
    "message_duplicate": (edifact(message(*ORDER), message(*ORDER)), "+4+26+UNH'", "UNH"),
    "message_unsupported": (
        edifact(message("BGM+380'", kind="INVOIC:D:96A:UN")),
        "UCM+1+INVOIC:D:96A:UN+4+14+UNH'",
        "UNH",
    ),
    "interchange_number_differs": (edifact(message(*ORDER), unz="UNZ+1+56'"), "+7+28+UNZ'", "interchange 55"),
    "interchange_count_differs": (edifact(message(*ORDER), unz="UNZ+3+55'"), "+7+29+UNZ'", "interchange 55"),
    "interchange_trailer_missing": (edifact(message(*ORDER), unz=" "), "+7+13+UNZ'", "interchange 55"),
    "interchange_duplicate": (edifact(message(*ORDER)) * 2, "+4+26+UNB'", "interchange 55"),
    "segment_missing": (edifact(message(*ORDER[:2], "UNS+S'")), "UCS+5+13'", "LIN"),
    "segment_repeated": (edifact(message(ORDER[0], *ORDER)), "UCS+3+35'", "segment 3 BGM"),
    "element_missing": (
        edifact(message("BGM+220++9'", *ORDER[1:])),
        "UCD+13+3:1'",
        "segment 2 BGM, element 2",
    ),
    "element_long": (
        edifact(message(*ORDER[:2], f"LIN+1++{'9' * 40}:EN'", *ORDER[3:])),
        "UCD+39+4:1'",
        "element 3, component 1",
    ),
    "element_repeated": (
        edifact(message(*ORDER[:3], "QTY+21:10*21:20'"), unb=UNB.replace("UNOC:3", "UNOC:4")),
        "UCD+35+2'",
        "segment 5 QTY, element 1",
    ),
    "number_invalid": (
        edifact(message(*ORDER[:3], "QTY+21:1.000,5'")),
        "UCD+37+2:2'",
        "QTY, element 1, component 2",
    ),
    "date_invalid": (
        edifact(message(ORDER[0], "DTM+137:20261332:102'", *ORDER[2:])),
        "UCD+12+2:2'",
        "segment 3 DTM",
    ),
    "unit_unknown": (edifact(message(*ORDER[:3], "QTY+21:1:piece'")), "UCD+12+2:3'", "component 3"),
    "character_invalid": (
        edifact(message(*ORDER, "FTX+AAI+++a\x1bb'")),
        "UCD+21+5:1'",
        "segment 7 FTX, element 4",
    ),
    "date_not_a_day": (edifact(message(*ORDER[:2], "DTM+2:202645:616'", *ORDER[2:])), "+7'", "segment 4 DTM"),
}


@pytest.mark.parametrize("code", EDIFACT_FAULTS)
def test_edifact_fault(code: str) -> None:
    raw, said, where = EDIFACT_FAULTS[code]
    reading = read_edifact(raw)
    found = next(finding for finding in reading.findings if finding.code == code)
    assert where in found.where
    assert said in acknowledgments(reading)


def test_a_group_of_edifact_messages_is_counted_by_its_trailers() -> None:
    ung = "UNG+ORDERS+HOLT:14+METALWORKS:14+261120:1105+9+UN+D:96A'"
    good = edifact(ung, message(*ORDER), "UNE+1+9'", unz="UNZ+1+55'")
    assert codes(read_edifact(good)) == []
    bad = read_edifact(edifact(ung, message(*ORDER), "UNE+2+8'", unz="UNZ+1+55'"))
    assert codes(bad) == ["group_number_differs", "group_count_differs"]
    assert "UCF+9+HOLT+METALWORKS+7+28+UNE'" in acknowledgments(bad)


def test_a_message_outside_of_any_group_is_answered() -> None:
    raw = (ISA + order() + "IEA*0*000000007~").encode()
    assert codes(read_x12(raw)) == ["group_header_missing", "stray_segment"]
    assert "TA1*000000007*261120*0915*E*024~" in acknowledgments(read_x12(raw))


def test_a_group_without_messages_is_answered_unless_it_is_one_of_answers() -> None:
    assert "AK9*A*0*0*0~" in acknowledgments(read_x12((ISA + GS + "GE*0*3~IEA*1*000000007~").encode()))
    assert "AK9*E*1*0*0*5~" in acknowledgments(read_x12((ISA + GS + "GE*1*3~IEA*1*000000007~").encode()))
    ours = (ISA + GS.replace("*PO*", "*FA*") + "GE*0*3~IEA*1*000000007~").encode()
    assert "AK9" not in acknowledgments(read_x12(ours))
    ung = "UNG+ORDERS+HOLT:14+METALWORKS:14+261120:1105+9+UN+D:96A'"
    empty = edifact(ung, "UNE+1+9'", unz="UNZ+1+55'")
    assert "UCF+9+HOLT+METALWORKS+7+29+UNE'" in acknowledgments(read_edifact(empty))


def test_of_a_file_with_too_many_messages_those_behind_the_limit_are_for_a_person() -> None:
    orders = [order(number=f"{n:04}", beg=BEG.replace("PO-1", f"PO-{n}")) for n in range(1, 9)]
    reading = X12Reader(limits=Limits(messages=5)).read(x12(*orders), "", CONTEXT)
    assert [part.disposition for part in reading.parts] == ["accepted"] * 5 + ["quarantine"]
    assert [finding.code for finding in reading.parts[-1].findings] == ["too_many_messages"]
    said = acknowledgments(reading)
    assert "*E*024~" in said
    assert said.count("AK5*A~") == 5
    assert "AK9*A*5*5*5~" in said
    messages = [message(*ORDER, number=str(n)) for n in range(1, 9)]
    reading = EdifactReader(limits=Limits(messages=5)).read(edifact(*messages), "", CONTEXT)
    assert [part.disposition for part in reading.parts] == ["accepted"] * 5 + ["quarantine"]
    assert acknowledgments(reading).count("UCM+") == 5
    empty = (ISA + GS.replace("*3*", "*{}*") + "GE*0*{}~").format
    reading = X12Reader(limits=Limits(messages=5)).read("".join(empty(n, n) for n in range(9)).encode(), "", CONTEXT)
    assert codes(reading)[-1] == "too_many_messages"


def test_an_interchange_without_a_number_is_read_and_said_to_have_none() -> None:
    for reading in (
        read_x12(x12(order(), isa=ISA.replace("000000007", " " * 9), iea="IEA*1*~") * 2),
        read_edifact(edifact(message(*ORDER), unb=UNB.replace("+55'", "'"), unz="UNZ+1+'") * 2),
    ):
        assert codes(reading) == ["interchange_number_missing"] * 2
        assert [part.disposition for part in reading.parts] == ["accepted", "accepted"]
        assert reading.keys == ()
    assert "unknown_partner" in codes(
        read_x12(x12(order(), isa=ISA.replace("000000007", " " * 9).replace("ACME", "ELSE")))
    )


def test_a_bad_message_leaves_its_neighbours_alone() -> None:
    reading = read_x12(
        x12(
            order(),
            order("PO1*1*x*EA*2~", number="0002"),
            order(number="0003", beg=BEG.replace("PO-1", "PO-3")),
        )
    )
    assert [part.disposition for part in reading.parts] == ["accepted", "rejected", "accepted"]
    assert [m.data()["po_number"] for m in reading.messages] == ["PO-1", "PO-3"]
    assert reading.disposition == "accepted_with_errors"
    assert "AK9*P*3*3*2~" in acknowledgments(reading)


def test_what_is_acknowledged_goes_back_to_its_sender() -> None:
    text = acknowledgments(read_x12(x12(order(), isa=ISA.replace("*0*P", "*1*P"))))
    assert "ISA*00*          *00*          *ZZ*METALWORKS     *ZZ*ACME           *" in text
    assert "TA1*000000007*261120*0915*A*000~" in text
    assert "GS*FA*METALWORKS*ACME*20261122*0800*1*X*004010~" in text
    assert "AK1*PO*3~\nAK2*850*0001~\nAK5*A~\nAK9*A*1*1*1~" in text


def test_no_acknowledgment_is_acknowledged() -> None:
    ack = transaction("AK1*PR*1~", "AK9*A*1*1*1~", kind="997")
    reading = read_x12(x12(ack, gs=GS.replace("*PO*", "*FA*")))
    assert (reading.intent, reading.drafts) == ("functional_ack", ())
    assert read_x12((ISA + "TA1*000000001*261120*0915*A*000~IEA*0*000000007~").encode()).drafts == ()
    control = message("UCI+1+US:14+HOLT:14+7'", kind="CONTRL:D:3:UN")
    assert read_edifact(edifact(control)).drafts == ()


def test_an_illegal_character_is_not_repeated() -> None:
    text = acknowledgments(read_x12(x12(order("PO1*1*\x075*EA*2~"))))
    assert "\x07" not in text


def test_a_control_character_that_is_a_separator_is_no_illegal_character() -> None:
    measure, note = "MEA*PD*TH*6*MM>x~", "MSG*gr\u00fcn~"
    assert codes(read_x12(x12(order(LINE, measure, note)).replace(b">", b"\x1f"))) == []


@pytest.mark.parametrize(("mark", "separator"), [("'", "\n"), (":", "\x1f")])
def test_a_control_character_is_illegal_though_it_is_released(mark: str, separator: str) -> None:
    raw = edifact(message(*ORDER[:2], f"FTX+AAI+++on?{mark}e'", *ORDER[2:]), unb="UNA:+.? '" + UNB)
    assert codes(read_edifact(raw.replace(mark.encode(), separator.encode()))) == ["character_invalid"]


def test_a_number_with_a_released_separator_is_another_one() -> None:
    raw = edifact(message(*ORDER).replace("UNH+1+", "UNH+1?+2+").replace("UNT+7+1", "UNT+7+1+2"))
    assert codes(read_edifact(raw)) == ["message_number_differs"]


def test_a_value_that_is_too_long_is_so_after_one_with_spaces() -> None:
    """What was found in order is remembered by its lengths: of what is padded they say nothing."""
    sets = [order(beg=f"BEG*00*SA*PO-1**{day}~", number=f"{n:04}") for n, day in enumerate(["20261120 ", "202611201"])]
    assert "element_long" in codes(read_x12(x12(*sets)))


@pytest.mark.parametrize("qty", ["QTY+21:1O'", "QTY+21:10:piece'", "QTY+21'"])
def test_a_quantity_that_cannot_be_read_is_not_missing_as_well(qty: str) -> None:
    assert "segment_missing" not in codes(read_edifact(edifact(message(*ORDER[:3], qty))))
    notice = message("BGM+351+1+9'", "RFF+ON:P'", "LIN+1'", qty.replace("21", "12"), kind="DESADV:D:96A:UN")
    assert "reference_missing" not in codes(read_edifact(edifact(notice), SUPPLIERS))


def test_a_shipped_quantity_that_cannot_be_read_is_not_missing_as_well() -> None:
    items = ("BSN*00*N-1*20261208*1200~", "HL*1**O~", "PRF*P~", "HL*2*1*I~")
    bad = transaction(*items, "SN1*1*1O*EA~", kind="856")
    assert codes(read_x12(x12(bad), SUPPLIERS)) == ["number_invalid"]
    assert codes(read_x12(x12(transaction(*items, kind="856")), SUPPLIERS)) == ["reference_missing"]


def test_mark_and_sign_do_not_count_in_the_length_of_a_number() -> None:
    """ISO 9735, X12.6: nor does a longer number pass behind one of the same length that has them."""

    def read_in_turn(*numbers: str) -> list[str]:
        lines = [message(*ORDER[:4], f"PRI+AAA:{each}'", number=str(n)) for n, each in enumerate(numbers, start=1)]
        return codes(read_edifact(edifact(*lines)))

    assert "element_long" not in read_in_turn("1234567890123.45", "-123456789012.345", "1234567890123,45")
    assert "element_long" in read_in_turn("1234567890123.45", "1234567890123456")
    assert codes(read_edifact(edifact(message(*ORDER[:4], "MOA+203:-12345678901.23'")))) == []
    sets = [
        order(f"PO1*1*{each}*EA***BP*A~", number=f"{n:04}") for n, each in enumerate(("123456789012.345", "1" * 16))
    ]
    assert codes(read_x12(x12(*sets))) == ["element_long", "number_invalid"]


def test_control_characters_are_never_shown_raw() -> None:
    assert clean("a\x1b[31m\u202eb\x9b") == "a\\x1b[31m\\u202eb\\x9b"
    for finding in read_x12(x12(order("PO1*1*\x1b[2J*\x1b*2~"), iea="IEA*1*\x1b~")).findings:
        assert (finding.message + finding.where).isprintable()


def test_every_fault_has_a_text_that_can_be_filled() -> None:
    for kind in CATALOGUE.values():
        assert kind.text.format(value="", expected="", found="", detail="", tag="")


def test_faults_are_listed_up_to_a_limit() -> None:
    reading = read_x12(x12(order(*("PO1*1*x*EA*2~" for _ in range(5000)))))
    assert "too_many_faults" in codes(reading)
    assert len(reading.findings) <= 1000
    assert len(acknowledgments(reading)) < 20_000


def test_what_stands_after_the_last_interchange_is_not_overlooked() -> None:
    assert codes(read_x12(x12(order()) + b"PO1*2*5*EA~")) == ["stray_segment"]
    assert codes(read_edifact(edifact(message(*ORDER)) + b"LIN+2'")) == ["stray_segment"]


def test_every_fault_is_found_somewhere() -> None:
    elsewhere = {
        "unreadable",
        "header_unreadable",
        "wrong_receiver",
        "interchange_number_missing",
        "too_many_messages",
        "segment_too_long",
        "message_too_long",
        "too_many_faults",
        "value_invalid",
        "code_invalid",
        "order_type",
        "units_mixed",
        "purpose_unhandled",
        "reference_missing",
        "role_unexpected",
        "refused_by_partner",
    }
    assert set(X12_FAULTS) | set(EDIFACT_FAULTS) | elsewhere == set(CATALOGUE)


def test_a_message_of_too_many_segments() -> None:
    limits = Limits(segments=10)
    reading = X12Reader(limits=limits).read(x12(order(*(LINE for _ in range(20)))), "", CONTEXT)
    assert "message_too_long" in codes(reading)
    many = edifact(message(*ORDER, *("FTX+AAI+++x'" for _ in range(20))))
    assert "message_too_long" in codes(EdifactReader(limits=limits).read(many, "", CONTEXT))


def test_a_segment_of_too_many_characters() -> None:
    reading = X12Reader().read(x12(order(LINE, "MSG*" + "x" * 200_000 + "~")), "", CONTEXT)
    assert "segment_too_long" in codes(reading)
    assert reading.disposition == "rejected"


def test_a_file_full_of_faults_stays_small() -> None:
    bad = [order(*("PO1*1*x*Q9*y*ZZ~" for _ in range(60)), number=f"{n:04}") for n in range(500)]
    raw = x12(*bad, ge="GE*500*3~")
    tracemalloc.start()
    reading = read_x12(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(reading.findings) == 1000
    assert {part.disposition for part in reading.parts} == {"rejected"}
    assert peak < 15e6


def test_bytes_of_windows_are_read_and_noted_in_names_and_texts_only() -> None:
    """UNOC is 8859-1, which has control characters where Windows-1252 has dashes, quotation marks and the euro sign."""
    party = "NAD+BY+1::9++M\xfcller \x96 S\xf6hne'"
    raw = edifact(message(*ORDER[:2], party, *ORDER[2:])).decode().encode("latin-1")
    reading = read_edifact(raw)
    assert (reading.disposition, codes(reading)) == ("accepted_with_errors", ["character_doubtful"])
    assert reading.messages[0].data()["parties"][0]["name"] == "Müller \u2013 Söhne"
    for article in ("A\x961", "A\ufffd1", "A\x811"):
        raw = edifact(message(*ORDER[:2], f"LIN+1++{article}:BP'", *ORDER[3:]))
        raw = raw if "\ufffd" in article else raw.decode().encode("latin-1")
        assert codes(read_edifact(raw)) == ["character_invalid"]


def test_text_that_was_lost_on_its_way_refuses_no_order() -> None:
    reading = read_x12(x12(order("N1*BY*M?ller*92*CC01~", LINE)).replace(b"?", "\ufffd".encode()))
    assert (reading.disposition, codes(reading)) == ("accepted_with_errors", ["character_doubtful"])


def test_a_text_that_is_too_long_is_read_in_full() -> None:
    reading = read_edifact(edifact(message(*ORDER[:2], f"NAD+BY+1::9++{'x' * 80}'", *ORDER[2:])))
    assert (reading.disposition, codes(reading)) == ("accepted_with_errors", ["text_long"])
    assert len(reading.messages[0].data()["parties"][0]["name"]) == 80


def test_an_interchange_with_a_release_character_is_refused_rather_than_cut_wrongly() -> None:
    """X12.5 ISX: the character behind which a delimiter is data."""
    reading = read_x12(x12(order(LINE), isa=ISA + "ISX*\\~"))
    assert (reading.disposition, codes(reading)) == ("rejected", ["header_unreadable"])
