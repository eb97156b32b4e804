"""Partner profiles checked, and what they would be sent; schemas and pages that follow from the code."""

from __future__ import annotations

from email import message_from_string
from pathlib import Path

import pytest

from tests.support.cli import hub


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
    assert "STEEL-S355-6MM: supplier S-NORDSTAHL has no profile" in said.json["faults"]


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


def test_a_wrong_language_is_wrong_usage() -> None:
    assert hub("email", "preview", "order.confirmed", "--language", "tlh").code == 2


def test_schemas_are_written_and_watched(folder: Path) -> None:
    assert hub("schemas", "check").code == 1
    assert hub("schemas", "write").code == 0
    assert hub("schemas", "check").code == 0
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
    from hub import asyncapi

    committed = Path(__file__).parents[3] / "docs" / "asyncapi.json"
    assert committed.read_text(encoding="utf-8") == asyncapi.as_text()
