"""Partner profiles checked, and what they would be sent; schemas and pages that follow from the code."""

from __future__ import annotations

from email import message_from_string
from pathlib import Path

import pytest
from pydantic import BaseModel

from hub.meanings import meanings
from hub.pages.profiles import KINDS, SECTIONS
from tests.support.cli import hub
from tests.support.running import DATA

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that `hub init` has set up."""
    monkeypatch.chdir(tmp_path)
    assert hub("init").code == 0
    return tmp_path


def test_check_names_the_line_at_fault(folder: Path) -> None:
    text = (folder / "partners.yaml").read_text().replace("channel: x12", "channel: fax", 1)
    (folder / "partners.yaml").write_text(text)
    line = 1 + text.splitlines().index("    channel: fax")

    said = hub("partner", "check")

    assert said.code == 1
    assert f"partners.yaml:{line}" in said.err
    assert "[configuration]" in said.err


def test_check_finds_what_a_channel_lacks(folder: Path) -> None:
    (folder / "partners.yaml").write_text(
        "partners:\n"
        "  - {id: C-1, name: One, channel: x12}\n"
        "  - {id: C-2, name: Two, channel: email, email: {domains: [two.example]}}\n"
        "  - {id: C-3, name: Three, channel: api}\n"
    )

    said = hub("partner", "check", "--json")

    faults = {each["partner"]: each["faults"] for each in said.json["partners"]}
    assert said.code == 1
    assert faults["C-1"] == ["channel x12, but no edi"]
    assert faults["C-2"] == ["channel email, but no address to write to"]
    assert faults["C-3"] == []
    assert ("STEEL-S355-6MM: suppliers.supplier", "supplier S-NORDSTAHL has no profile") in {
        (each["about"], each["message"]) for each in said.json["faults"]
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_profile_of_each_kind_is_accepted_and_works(kind: str, folder: Path) -> None:
    raw = (DOCS / "profiles" / f"{kind}.yaml").read_bytes()
    (folder / "partners.yaml").write_bytes(raw)
    (folder / "materials.yaml").unlink()

    checked = hub("partner", "check", "--json")
    assert (checked.code, checked.err) == (0, "")
    (row,) = checked.json["partners"]
    assert f"{row['channel']}-{row['role']}" == kind
    assert hub("partner", "test", row["partner"]).code == 0


def test_there_is_a_profile_of_each_kind_and_no_other() -> None:
    assert {path.stem for path in (DOCS / "profiles").iterdir()} == set(KINDS)


@pytest.mark.parametrize("model", [model for _, model, _ in SECTIONS])
def test_every_field_of_a_profile_has_a_meaning_and_an_example_that_fits(model: type[BaseModel]) -> None:
    needed = {name: info.examples[0] for name, info in model.model_fields.items() if info.is_required()}
    assert set(meanings(model)) == set(model.model_fields)
    for name, info in model.model_fields.items():
        assert info.examples, name
        made = model.model_validate({**needed, name: info.examples[0]})
        assert getattr(made, name) not in (None, [], {})


@pytest.mark.parametrize("partner", ["C-CASCADE", "C-HOLT", "C-LARKSPUR", "S-NORDSTAHL", "S-ALLOYS", "S-TUBES"])
def test_every_sample_partner_can_be_told_everything(partner: str) -> None:
    said = hub("partner", "test", partner, "--json")

    assert said.code == 0
    assert {each["result"] for each in said.json} <= {"written", "not told"}
    told = {each["event"] for each in said.json if each["result"] == "written"}
    assert ("material-po.issued" if partner.startswith("S-") else "order.confirmed") in told


def test_a_document_is_shown_before_it_is_sent() -> None:
    assert hub("partner", "test", "C-CASCADE", "--show", "order.confirmed").out.startswith("ISA*")
    assert "UNH+" in hub("partner", "test", "C-HOLT", "--show", "shipment.shipped.v1").out
    assert hub("partner", "test", "C-CASCADE", "--show", "task.opened").code == 1
    assert "C-CASCADE" in hub("partner", "test", "C-NOBODY").err


EDI = {
    "C-CASCADE": {"855", "865", "856", "997", "TA1"},
    "C-HOLT": {"ORDRSP", "DESADV", "CONTRL"},
    "S-TUBES": {"850", "860", "997", "TA1"},
    "S-NORDSTAHL": {"ORDERS", "ORDCHG", "CONTRL"},
}


@pytest.mark.parametrize("partner", [*EDI, "C-LARKSPUR", "S-ALLOYS"])
def test_a_set_of_test_documents_is_written_and_nothing_else(partner: str, folder: Path) -> None:
    before = {path for path in folder.rglob("*") if path.is_file()}
    said = hub("partner", "test", partner, "--to", "set", "--json")

    assert said.code == 0
    written = {path for path in folder.rglob("*") if path.is_file()} - before
    assert written == {folder / each["file"] for each in said.json}
    assert {each["document"] for each in said.json} == EDI.get(partner, {"mail"})
    numbers = []
    for each in said.json:
        raw = Path(each["file"]).read_bytes()
        if raw.startswith(b"ISA"):
            parts = raw.split(b"*", 16)
            assert parts[15] == b"T"
            numbers.append(int(parts[13]))
        elif raw.startswith((b"UNA", b"UNB")):
            unb = raw[raw.index(b"UNB") :].split(b"'")[0].split(b"+")
            assert unb[11] == b"1"
            numbers.append(int(unb[5]))
    assert numbers == list(range(1, len(numbers) + 1))
    assert hub("partner", "test", partner, "--to", "set").code == 0


def test_a_set_is_written_as_the_profile_says(folder: Path) -> None:
    (folder / "partners.yaml").write_text(
        "partners:\n  - id: S-1\n    name: One\n    role: supplier\n    channel: x12\n"
        '    edi: {id: THEM, our_id: WE, group_id: GRP, version: "005010",\n'
        '      element_separator: "|", segment_terminator: "!"}\n'
    )
    assert hub("partner", "test", "S-1", "--to", "set").code == 0
    raw = next(Path("set").glob("*issued*")).read_text()
    assert raw.startswith("ISA|00|")
    assert "|GRP|" in raw
    assert "|005010!" in raw
    assert "|WE             |ZZ|THEM           |" in raw
    assert "GS|FA|WE|GRP|" in next(Path("set").glob("*997*")).read_text()


def test_a_document_of_theirs_is_explained_line_by_line(folder: Path) -> None:
    before = set(folder.rglob("*"))
    said = hub("partner", "test", "C-CASCADE", DATA / "edi/cascade-850-new.edi")
    assert (said.code, said.err) == (0, "")
    for line in (
        "   3  CUR*BY*USD\n        currency = USD\n",
        "        line 1: product buyer part = CC-4410\n",
        "        kept, without a place of its own: terms of delivery: FOB*PP***02*FCA\n",
        "        line 3: schedule 2 quantity = 150.5\n",
        "it would become customer-po.submit CC-70418",
    ):
        assert line in said.out
    assert set(folder.rglob("*")) == before


def test_what_is_wrong_in_a_document_of_theirs_stands_at_its_line_with_what_to_do(folder: Path) -> None:
    raw = (DATA / "edi/cascade-850-new.edi").read_text()
    bad = raw.replace("*24*EA*", "*2x4*QQ*").replace("GE*1*88", "GE*2*88").replace("CUR*BY*USD~", "CUR*BY*USD~\nXYZ*1~")
    (folder / "bad.edi").write_text(bad)
    said = hub("partner", "test", "C-CASCADE", "bad.edi", "--json")

    assert said.code == 1
    segments = {each["segment"]: each for each in said.json["documents"][0]["segments"]}
    assert [fault["code"] for fault in segments[17]["faults"]] == ["number_invalid", "unit_unknown"]
    assert "element 2" in segments[17]["faults"][0]["where"]
    assert all(fault["todo"] for fault in segments[17]["faults"])
    assert segments[4]["unmapped"] == ["XYZ*1"]
    assert {fault["code"] for fault in said.json["faults"]} == {"group_count_differs"}
    assert "message_count_differs" in {fault["code"] for fault in segments[30]["faults"]}
    assert "hub parse" not in said.err


def test_a_document_of_somebody_else_is_told_apart() -> None:
    said = hub("partner", "test", "C-HOLT", DATA / "edi/cascade-850-new.edi")
    assert said.code == 1
    assert "the file is from C-CASCADE, and not from C-HOLT" in said.out


def test_a_mail_of_theirs_is_explained_by_its_places(folder: Path) -> None:
    raw = (DATA / "mail/larkspur-po.eml").read_bytes()
    address = b"purchasing@larkspur-conveyors.example"
    (folder / "mail.eml").write_bytes(raw.replace(b"mquill@larkspur-conveyors.example", address))
    said = hub("partner", "test", "C-LARKSPUR", "mail.eml")
    assert "lines[0].quantity = 36" in said.out
    assert hub("partner", "test", "C-LARKSPUR", "nowhere.eml").code == 1
    assert hub("partner", "test", "C-LARKSPUR", "mail.eml", "--to", "set").code == 2


@pytest.mark.parametrize(
    ("language", "word"), [("en", "confirm"), ("de", "bestätigen"), ("fr", "confirm"), ("es", "confirm")]
)
def test_a_mail_is_shown_in_its_language(language: str, word: str) -> None:
    said = hub("email", "preview", "order.confirmed", "--language", language)

    assert said.code == 0
    assert "Subject: " in said.out
    assert word in said.out.lower()
    assert "\\u000d" not in said.out


def test_a_whole_mail_is_shown() -> None:
    said = hub("email", "preview", "order.confirmed", "--partner", "C-LARKSPUR", "--raw")
    mail = message_from_string(said.out)

    assert mail.is_multipart()
    assert "larkspur" in str(mail["to"]).lower()


def test_a_mail_is_written_for_a_browser_in_the_users_own_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = folder / "templates" / "de" / "order.rejected.j2"
    own.parent.mkdir(parents=True)
    own.write_text(
        '{% extends "de/layout.j2" %}{% block subject %}S{% endblock %}{% block body %}Leider!{% endblock %}'
    )
    monkeypatch.setenv("HUB_MAIL_TEMPLATES", "templates")
    said = hub("email", "preview", "order.rejected", "--language", "de", "--html", str(folder / "mail.html"))

    assert (said.code, said.err) == (0, "")
    assert "Leider!" in (folder / "mail.html").read_text(encoding="utf-8")
    assert "mail.html" in said.out
    own.with_name("order.rejectd.j2").write_text("x")
    wrong = hub("email", "preview", "order.rejected")
    assert (wrong.code, "order.rejectd.j2" in wrong.err, "[configuration]" in wrong.err) == (1, True, True)


@pytest.mark.parametrize("mail", ["order.confirmed", "task.opened"])
def test_a_wrong_language_is_wrong_usage(mail: str) -> None:
    assert hub("email", "preview", mail, "--language", "tlh").code == 2


def test_a_mail_that_the_settings_leave_out_can_be_looked_at() -> None:
    assert "Bestell" in hub("email", "preview", "order.received", "--language", "de").out


def test_schemas_are_written_and_watched(folder: Path) -> None:
    assert hub("schemas", "write").code == 0
    path = folder / "schemas" / "order" / "review.v1.json"
    path.write_text(path.read_text() + " ")

    said = hub("schemas", "check")
    assert said.code == 1
    assert "order/review.v1.json: stale" in said.out
    assert "hub schemas write" in said.err


def test_pages_are_written_and_watched(folder: Path) -> None:
    assert hub("docs").code == 0
    assert hub("docs", "--check").code == 0
    (folder / "docs" / "asyncapi.json").unlink()

    said = hub("docs", "--check")
    assert said.code == 1
    assert "asyncapi.json: missing" in said.out
    assert "wrote docs/asyncapi.json" in hub("docs").out


def test_the_repository_s_own_asyncapi_document_is_current() -> None:
    from hub.pages import asyncapi

    committed = Path(__file__).parents[3] / "docs" / "asyncapi.json"
    assert committed.read_text(encoding="utf-8") == asyncapi.as_text()
