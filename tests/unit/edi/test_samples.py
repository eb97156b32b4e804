"""Real documents of other projects, read in place where ``HUB_EDI_SAMPLES`` names their folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.edi.reader import EdifactReader, X12Reader
from hub.partners import Partners
from hub.ports import Context, Reading

FOLDER = os.environ.get("HUB_EDI_SAMPLES", "")
CONTEXT = Context(Partners(), today="2026-11-22")

pytestmark = pytest.mark.skipif(not FOLDER, reason="HUB_EDI_SAMPLES names no folder")

NOTHING: tuple[str, ...] = ()
EXPECTED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "x12/nodex12__850.edi": ("new_po", "08292233294", NOTHING),
    "x12/nodex12__850_3.edi": ("new_po", "----------", NOTHING),
    "x12/gozer__po850.txt": ("new_po", "08292233294", ("message_count_differs",)),
    "x12/x12types__004010_850.edi": ("new_po", "A99999-01", NOTHING),
    "x12/edinet__x12.850.edi": ("new_po", "1000012", ("header_not_fixed_width", "interchange_number_differs")),
    "x12/nodex12__855.edi": ("supplier_confirm", "POTEST1112", NOTHING),
    "x12/stupidedi__004010_X358-SC855_pass_po-ack-minor-changes.edi": ("supplier_confirm", "XX-1234", NOTHING),
    "x12/stupidedi__003010_PC860_fail_1.edi": ("quarantine", "SP7301", ("header_not_fixed_width",)),
    "x12/nodex12__856.edi": ("supplier_ship", "99999817", NOTHING),
    "x12/staedi__simple997-multiple-interchanges.edi": ("functional_ack", "", NOTHING),
    "x12/ediengine__MultipleInterchangesAndGroups.edi": ("not_an_order", "", ("message_unsupported",) * 6),
    "x12/ediengine__ControlNumbersMismatch.edi": (
        "not_an_order",
        "",
        ("group_number_differs", "interchange_number_differs", "message_number_differs", "message_unsupported"),
    ),
    "edifact/oboe__orders.edi": ("new_po", "0123456789123", ("interchange_number_differs",)),
    "edifact/pydifact__order.edi": ("new_po", "801715918011", ("interchange_trailer_missing",)),
    "edifact/vscodeedifact__sample_auto_detect_no_una.edi": ("new_po", "B10001", ("interchange_number_differs",)),
    "edifact/edifactrails__one_line.edi": ("new_po", "BKOD99", ("message_count_differs",)),
    "edifact/smooks__ORDERS_D.03B_Interchange.txt": ("new_po", "BKOD99", NOTHING),
    "edifact/staedi__orders-with-group.edi": ("new_po", "C1441747", ("message_count_differs",)),
    "edifact/edinet__edifact.ORDRSP.edi": (
        "supplier_confirm",
        "",
        ("interchange_number_differs", "message_count_differs", "message_number_differs"),
    ),
    "edifact/medcom__CTL03_1.edi": ("functional_ack", "", NOTHING),
}


def reading(name: str) -> Reading:
    raw = (Path(FOLDER) / name).read_bytes()
    reader = next(r for r in (X12Reader(), EdifactReader()) if r.recognises(raw, name))
    return reader.read(raw, name, CONTEXT)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_read_as_its_index_says(name: str) -> None:
    intent, number, errors = EXPECTED[name]
    found = reading(name)
    assert found.intent == intent
    assert sorted(f.code for f in found.findings if f.severity == "error") == sorted(errors)
    if number:
        data = found.messages[0].data()
        assert data.get("po_number", data.get("material_po_id")) == number


def test_every_sample_is_expected() -> None:
    there = {f"{path.parent.name}/{path.name}" for path in Path(FOLDER).glob("*/*") if path.is_file()}
    assert there == set(EXPECTED)
