"""`hub partner check`: every mistake that one makes in a profile is told with its line and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.partner_files import load_partners
from hub.partners import EdiProfile, Partner, Partners
from tests.support.cli import Said, hub

PROFILE = """partners:
  - id: C-NEW
    name: New Customer
    channel: x12
    cancellation_charge: true
    edi:
      id: NEWCUST
      qualifier: ZZ
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _checked(text: str, *more: str) -> Said:
    Path("partners.yaml").write_text(text)
    Path("materials.yaml").write_text("")
    return hub("partner", "check", "--json", *more)


MISTAKES = {
    "a misspelt field": (("channel", "chanel"), 4, "there is no such field", "channel is meant?"),
    "a misspelt field of edi": (("qualifier", "qualifer"), 8, "there is no such field", "qualifier is meant?"),
    "a field in the wrong place": (
        ("      qualifier: ZZ", "    qualifier: ZZ"),
        8,
        "no such field",
        "it belongs in edi; see how far it is indented",
    ),
    "an unknown channel": (("x12", "X12"), 4, "'x12', 'edifact', 'email' or 'api' is needed, not 'X12'", ""),
    "no channel": (("    channel: x12\n", ""), 2, "channel email, but no address", "x12 or edifact is meant?"),
    "a text in place of fields": (("edi:\n      id: NEWCUST\n      qualifier: ZZ", "edi: NEW"), 6, "names with", ""),
    "no edi": (("    edi:\n      id: NEWCUST\n      qualifier: ZZ\n", ""), 4, "channel x12, but no edi", "add edi"),
    "a misspelt list": (("partners:", "partner:"), 1, "no such field", "partners is meant?"),
    "no dash": (("  - id", "    id"), 1, "a list is needed", "begin each entry with a dash"),
    "a qualifier without its zero": (("ZZ", "1"), 8, "have two characters", "01 is meant?"),
    "a long id": (("NEWCUST", "A23456789012345X"), 7, "id has 16 characters; x12 has room for 15", "partner's own"),
    "a separator in an id": (("NEWCUST", "NEW*CUST"), 7, "id holds '*', which separates", "another separator"),
    "an id with an umlaut": (("NEWCUST", "NEÜ"), 7, "other than plain letters", "without accents"),
    "an id with a blank behind it": (("NEWCUST", '"NEW "'), 7, "ends with a blank", "leave the blanks"),
    "a locale in words": (("channel: x12", "channel: x12\n    locale: English"), 5, "is no locale", "de-DE"),
}
MORE_EDI = {
    "a separator that is a default of another": ('element_separator: "~"', "are both '~'; they have to differ", ""),
    "two that are the same": ('element_separator: "|"\n      segment_terminator: "|"', "are both '|'", ""),
    "the repetition separator": ('component_separator: "^"', "are both '^'", ""),
    "a letter": ("element_separator: A", "which values are made of", "take a sign"),
    "a decimal point": ('element_separator: "."', "which values are made of", "take a sign"),
    "several characters": ('element_separator: "**"', "are one character each", "as in their files"),
    "a code in hexadecimal": ("segment_terminator: 0x1D", "one character each", '"\\x1d", in double quotes'),
    "a line break between elements": ('element_separator: "\\n"', "is a line break", "only segments"),
    "a version of ISA12": ('version: "00401"', "x12 is written in 004010 or 005010", ""),
    "a version of EDIFACT": ("version: D96A", "x12 is written in 004010 or 005010", ""),
    "a group id of one character": ("group_id: A", "GS02 and GS03 have two to 15", ""),
    "a long id of ours": ("our_id: A23456789012345X", "our_id has 16 characters", ""),
    "a qualifier of ours of three": ("our_qualifier: ZZZ", "ISA05 and ISA07 have two characters", ""),
    "neither true nor false": ("test: maybe", "true or false is needed", ""),
    "no number": ("acknowledges_within_hours: 24h", "a number is needed", ""),
    "a number too small": ("acknowledges_within_hours: -1", "a number of more than 0 is needed", ""),
}
SYNTAX = {
    "a tab": (("    name", "\tname"), 3, "no tab"),
    "no colon": (("name: New", "name New"), 4, "no colon behind it"),
    "a colon in a value": (("New Customer", "New: Customer"), 3, "into quotes"),
    "a quote that does not end": (("New Customer", '"New Customer'), 3, "begins here does not end"),
    "TOML": (("partners:", "[[partners]]"), 2, "TOML and INI are not read"),
}


@pytest.mark.parametrize(("change", "line", "message", "todo"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_to_do(
    change: tuple[str, str], line: int, message: str, todo: str
) -> None:
    said = _checked(PROFILE.replace(*change))
    faults = [each for each in said.json["faults"] if each["severity"] == "error"]
    assert said.code == 1
    assert (faults[0]["where"], len(faults)) == (f"partners.yaml:{line}", 1)
    assert message in faults[0]["message"]
    assert todo in faults[0]["todo"]
    assert f"partners.yaml:{line}" in said.err


@pytest.mark.parametrize(("line", "message", "todo"), MORE_EDI.values(), ids=MORE_EDI)
def test_what_cannot_be_written_is_found_before_anything_is_sent(line: str, message: str, todo: str) -> None:
    said = _checked(f"{PROFILE}      {line}\n")
    (fault,) = said.json["faults"]
    assert (said.code, fault["severity"], fault["partner"]) == (1, "error", "C-NEW")
    assert int(fault["where"].rpartition(":")[2]) in {9, 10}
    assert message in fault["message"]
    assert todo in fault["todo"]


@pytest.mark.parametrize(("change", "line", "message"), SYNTAX.values(), ids=SYNTAX)
def test_what_is_no_yaml_is_told_in_words_that_help(change: tuple[str, str], line: int, message: str) -> None:
    (fault,) = _checked(PROFILE.replace(*change)).json["faults"]
    assert (fault["where"], message in fault["message"]) == (f"partners.yaml:{line}", True)


def test_all_mistakes_are_told_at_once() -> None:
    second = "  - id: C-TWO\n    name: Two\n    channel: fax\n    curency: USD\n"
    said = _checked(PROFILE.replace("ZZ", "Z") + second)
    places = [each["where"].rpartition(":")[2] for each in said.json["faults"]]
    assert places == ["8", "11", "12"]
    assert "(and 2 more)" in said.err


def test_what_two_profiles_claim_is_told_at_the_second() -> None:
    second = PROFILE.removeprefix("partners:\n").replace("C-NEW", "C-TWO")
    folders = "    folders: {inbox: sftp/in}\n    email: {domains: [new.example]}\n"
    said = _checked(PROFILE + folders + second + folders)
    assert [each["message"] for each in said.json["faults"]] == [
        "C-NEW and C-TWO share the interchange id ZZ:NEWCUST",
        "C-NEW and C-TWO share the folder sftp/in",
        "C-NEW and C-TWO share the domain new.example",
    ]
    assert {each["partner"] for each in said.json["faults"]} == {"C-TWO"}


def test_an_id_given_twice_names_the_other_place() -> None:
    said = _checked(PROFILE + PROFILE.removeprefix("partners:\n"))
    (fault,) = said.json["faults"]
    assert (fault["where"], fault["message"]) == ("partners.yaml:9", "partner C-NEW is defined twice")
    assert "partners.yaml:2" in fault["todo"]


def test_a_new_file_is_checked_beside_those_that_the_hub_reads() -> None:
    _checked(PROFILE)
    Path("new.yaml").write_text(PROFILE.replace("C-NEW", "C-OTHER"))
    said = hub("partner", "check", "new.yaml")
    assert said.code == 1
    assert "C-NEW and C-OTHER share the interchange id ZZ:NEWCUST" in said.out
    assert "new.yaml is not read by the hub yet" in said.out

    Path("new.yaml").write_text(PROFILE.replace("C-NEW", "C-OTHER").replace("NEWCUST", "OTHER"))
    said = hub("partner", "check", "new.yaml", "--json")
    assert (said.code, [each["partner"] for each in said.json["partners"]]) == (0, ["C-OTHER"])
    assert hub("partner", "check", "nowhere.yaml").code == 1


def test_a_doubt_is_a_warning_and_the_hub_starts_with_it() -> None:
    said = _checked(PROFILE.replace("ZZ", "QQ") + "    email: {language: xx, addresses: [a@new.example]}\n")
    assert said.code == 0
    assert {each["severity"] for each in said.json["faults"]} == {"warning"}
    assert set(load_partners(Path("partners.yaml")).all) == {"C-NEW"}


def test_agreed_mutually_is_zz_in_x12_and_zzz_or_nothing_in_edifact() -> None:
    partner = Partner(id="C-1", name="One", channel="edifact", edi=EdiProfile(id="ONE"))
    known = Partners([partner])
    assert [known.by_edi(qualifier, "ONE") for qualifier in ("ZZ", "ZZZ", "")] == [partner] * 3
    assert known.by_edi("14", "ONE") is None


def test_a_file_of_theirs_that_holds_nothing_says_so() -> None:
    _checked(PROFILE)
    Path("empty.edi").write_text("\n")
    said = hub("partner", "test", "C-NEW", "empty.edi")
    assert (said.code, said.err) == (1, "hub: the file is empty (empty.edi) [unreadable]\n")
