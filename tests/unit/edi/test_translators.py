"""What a partner's translator needs in what we write, beyond what the standard strictly asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.edi.plain_text import to_ascii
from adapters.edi.reader import X12Reader
from adapters.edi.writer import EdifactWriter, X12Writer
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.messages.customer_po import PO_EXAMPLE, SubmitCustomerPo
from hub.parsing import as_text
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context, Occasion, Writer
from hub.settings.forms import Site
from tests.unit.edi.documents import Numbers

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
GLN = "4099990000017"


def _event(name: str) -> Event:
    event = EVENTS[name].model_validate(EVENTS[name].EXAMPLE)
    assert isinstance(event, Event)
    return event


def _written(writer: Writer, event: Event, po: SubmitCustomerPo | None = None, **profile: object) -> str:
    partner = Partner.model_validate({"id": "P", "name": "P", "edi": {"id": "PARTNER"}, **profile})
    composed = writer.compose(Occasion(event, partner, po), Numbers(), NOW)
    assert composed is not None
    return as_text(composed.content)


def _po(**party: object) -> SubmitCustomerPo:
    return SubmitCustomerPo.model_validate({**PO_EXAMPLE, "parties": [{"role": "ship-to", **party}]})


def test_only_a_gln_is_said_to_be_one_of_gs1() -> None:
    issued = _event("material-po.issued.v1")
    agreed = _written(EdifactWriter("METALWORKS"), issued)
    assert "NAD+BY+METALWORKS::92'\nNAD+SU+PARTNER::91'\nNAD+DP+METALWORKS::92'" in agreed
    assert "UNB+UNOC:3+METALWORKS+PARTNER+" in agreed
    glns = _written(EdifactWriter(GLN, "14"), issued, edi={"id": "4099990000512", "qualifier": "14"})
    assert f"NAD+BY+{GLN}::9'\nNAD+SU+4099990000512::9'" in glns


def test_kinds_of_ids_are_said_in_x12_too() -> None:
    issued = _event("material-po.issued.v1")
    assert "N1*BY**92*METALWORKS~\nN1*ST**92*METALWORKS~" in _written(X12Writer("METALWORKS"), issued)
    assert "N1*BY**1*079999991~" in _written(X12Writer("079999991", "01"), issued)
    assert f"N1*BY**UL*{GLN}~" in _written(X12Writer(GLN, "14"), issued)


def test_a_supplier_reads_where_to_deliver() -> None:
    site = Site(name="Plant 1", lines=["1 Foundry Road"], city="Reno", region="NV", postal_code="89501", country="US")
    issued, less = _event("material-po.issued.v1"), _event("material-po.reduced.v1")
    x12, edifact = X12Writer("MW", "ZZ", site.party()), EdifactWriter("MW", "ZZ", site.party())
    assert "N1*ST*Plant 1*92*MW~\nN3*1 Foundry Road~\nN4*Reno*NV*89501*US~" in _written(x12, issued)
    said = "NAD+DP+MW::92++Plant 1+1 Foundry Road+Reno+NV+89501+US'"
    assert said in _written(edifact, issued)
    assert said in _written(edifact, less)
    nameless = EdifactWriter("MW", "ZZ", Site(name="Plant 1").party())
    assert "NAD+DP+MW::92++Plant 1'" in _written(nameless, issued)


def test_an_answer_names_the_buyer_where_the_order_did_not() -> None:
    text = _written(EdifactWriter(GLN, "14"), _event("order.confirmed.v1"), edi={"id": "PARTNER"})
    assert f"NAD+BY+PARTNER::92'\nNAD+SU+{GLN}::9'" in text


def test_a_ship_notice_names_who_ships_and_where_to() -> None:
    address = {"lines": ["Werkstr. 5"], "city": "Ulm", "postal_code": "89073", "country": "DE"}
    po = _po(name="Werk 2", address=address)
    shipped = _event("shipment.shipped.v1")
    assert "NAD+DP+++Werk 2+Werkstr. 5+Ulm++89073+DE'" in _written(EdifactWriter("MW"), shipped, po)
    coded = _po(name="Werk 2", identifiers=[{"qualifier": "LOC 7", "value": "X"}, {"qualifier": "9", "value": GLN}])
    assert f"NAD+DP+{GLN}::9++Werk 2'" in _written(EdifactWriter("MW"), shipped, coded)
    assert "N1*SF**91*MW~\nN1*ST*Werk 2~" in _written(X12Writer("MW"), shipped, _po(name="Werk 2"))


def test_a_supplier_reads_its_own_part_number_and_what_the_material_is() -> None:
    issued = _event("material-po.issued.v1")
    lines = [line.model_copy(update={"description": "Sheet S355J2, 6 mm"}) for line in getattr(issued, "lines", ())]
    event, parts = issued.model_copy(update={"lines": lines}), {"T-503": "STEEL-S355-6MM"}
    x12 = _written(X12Writer("MW"), event, parts=parts)
    assert "*BP*STEEL-S355-6MM*VP*T-503~\nPID*F****Sheet S355J2, 6 mm~" in x12
    edifact = _written(EdifactWriter("MW"), event, parts=parts)
    assert "PIA+5+STEEL-S355-6MM:IN+T-503:SA'\nIMD+F++:::Sheet S355J2, 6 mm'" in edifact


@pytest.mark.parametrize(
    ("proposal", "statuses"),
    [
        ({"requested_date": "2027-02-08"}, ["ACK*DR*24*EA*067*20270208"]),
        ({"unit_price": "40"}, ["ACK*IP*24*EA"]),
        ({"unit_price": "40", "requested_date": "2027-02-08"}, ["ACK*IP*24*EA", "ACK*DR***067*20270208"]),
        ({"quantity": "20", "requested_date": "2027-02-08"}, ["ACK*DR***067*20270208", "ACK*IQ*20*EA"]),
        ({"text": "only in blue"}, ["ACK*IC*24*EA"]),
    ],
)
def test_the_quantities_of_a_lines_statuses_add_up(proposal: dict[str, str], statuses: list[str]) -> None:
    asked = EVENTS["order.revision-requested.v1"]
    event = asked.model_validate({**asked.EXAMPLE, "proposals": [{"line": "1", **proposal}]})
    assert isinstance(event, Event)
    po = SubmitCustomerPo.model_validate({**PO_EXAMPLE, "lines": PO_EXAMPLE["lines"][:1]})
    text = _written(X12Writer("MW"), event, po)
    assert [each.rstrip("~") for each in text.splitlines() if each.startswith("ACK")] == statuses
    counted = [Decimal(each.split("*")[2]) for each in statuses if len(each.split("*")) > 2 and each.split("*")[2]]
    assert len(counted) == 1


def test_a_ta1_is_in_the_version_of_the_interchange_that_it_answers() -> None:
    order = _written(X12Writer("THEM"), _event("material-po.issued.v1"), edi={"id": "US", "version": "005010"})
    parts = order.split("*", 16)
    parts[14] = "1"
    context = Context(Partners([Partner(id="P", name="P", edi=EdiProfile(id="THEM", version="005010"))]))
    drafts = X12Reader(["US"]).read("*".join(parts).encode(), "", context).drafts
    texts = [draft.render(Numbers(), NOW).decode() for draft in drafts]
    assert [text.split("*")[12] for text in texts] == ["00501"] * len(texts)
    assert any("TA1*" in text for text in texts)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("50 € – “neu”", '50 EUR - "neu"'),
        ("Łódź, Ærø, Straße, Malmö", "Lodz, AEro, Strasse, Malmo"),
        ("Ø 40 × 2°", "O 40 x 2 deg"),
        ("漢 a\u200bb", "? ab"),
    ],
)
def test_nothing_vanishes_from_a_text_in_x12(text: str, plain: str) -> None:
    assert to_ascii(text) == plain


def test_signs_of_office_programs_need_no_newer_syntax_of_edifact() -> None:
    event = _event("order.rejected.v1").model_copy(update={"reason": "50 € – „zu spät“"})
    text = _written(EdifactWriter("MW"), event)
    assert text.splitlines()[1].startswith("UNB+UNOC:3+")
    assert 'FTX+AAI+++50 EUR - "zu spät"\'' in text


def test_a_number_of_the_customers_is_never_written_otherwise() -> None:
    event = _event("order.rejected.v1").model_copy(update={"po_number": "PO–1"})
    assert "RFF+ON:PO–1'" in _written(EdifactWriter("MW"), event)
