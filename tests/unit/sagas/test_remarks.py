"""What a customer writes beside the fields of its order: every remark is shown, and none is passed over by a policy."""

from __future__ import annotations

from typing import Any

import pytest

from hub.sagas.case import CustomerTerms
from hub.sagas.sales.courtesies import is_courtesy
from tests.unit.sagas.play import Play

LINE: dict[str, Any] = {"line": "1", "product": {"buyer_part": "P"}, "quantity": "5", "unit": "H87"}
POLICY = {"policy": "known products"}


@pytest.fixture
def play() -> Play:
    return Play()


def says(play: Play) -> list[str]:
    return [each for remark in play.event("task.opened").facts["remarks"] for each in remark["says"]]


@pytest.mark.parametrize(
    "sentence",
    [
        "Good morning,",
        "Dear Ms Quill,",
        "Hello all",
        "Hi Marta",
        "Thank you",
        "Many thanks and best regards",
        "Please find attached our purchase order",
        "Please confirm receipt",
        "Please acknowledge by return",
        "Sehr geehrte Damen und Herren,",
        "Guten Tag Herr Müller,",
        "Mit freundlichen Grüßen",
        "Vielen Dank im Voraus",
        "Bonjour Madame",
        "Cordialement",
        "Estimados señores:",
        "Un cordial saludo",
        "Moi,",
        "Ystävällisin terveisin",
        "Hej Anna",
        "Med vänliga hälsningar",
        "Met vriendelijke groet,",
        "Cordiali saluti",
        "Dzień dobry",
        "Z poważaniem",
        "Med venlig hilsen",
        "Com os melhores cumprimentos",
        "S pozdravem",
        "Dobrý den",
    ],
)
def test_a_courtesy_asks_for_nothing(sentence: str) -> None:
    assert is_courtesy(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Treat the small ones as samples",
        "through the other plant's account",
        "Thank you, but as samples",
        "Thanks in advance for a discount",
        "Please confirm a price of 12",
        "Hello, samples only please",
        "Dear 500",
        "Hi half",
        "Please acknowledge within 2 business days",
        "Mit freundlichen Grüßen, bitte ohne Lack",
        "Vielen Dank im Voraus für die Gutschrift",
        "Please supply half",
        "no thanks",
        "S pozdravem bez laku",
        "samples",
        "2",
    ],
)
def test_whatever_else_a_sentence_says_is_none(sentence: str) -> None:
    assert not is_courtesy(sentence)


@pytest.mark.rule("R2", "R67")
def test_every_remark_is_a_fact_of_the_review(play: Play) -> None:
    play.submit(
        lines=[{**LINE, "notes": ["deburr by hand"]}],
        notes=["Dear Ms Quill,\nTreat the small ones as samples. Thank you!"],
        terms={"charges": ["setup 50.00"], "delivery": "DAP Leeds"},
        unmapped=[{"where": "segment 7 PKG", "text": "PKG*F*68***PALLETIZE"}],
    )
    facts = play.event("task.opened").facts
    assert facts["terms"] == {"charges": ["setup 50.00"], "delivery": "DAP Leeds"}
    assert [(each["kind"], each["line"], each["says"]) for each in facts["remarks"]] == [
        ("note", None, ["Treat the small ones as samples"]),
        ("charge", None, ["setup 50.00"]),
        ("note", "1", ["deburr by hand"]),
        ("not-understood", None, ["PKG*F*68***PALLETIZE"]),
    ]
    assert facts["remarks"][0]["text"].startswith("Dear Ms Quill")
    assert facts["remarks"][3]["where"] == "segment 7 PKG"


@pytest.mark.rule("R40", "R67")
@pytest.mark.parametrize(
    "said",
    [
        {"notes": ["through the other plant's account"]},
        {"lines": [{**LINE, "notes": ["as a sample"]}]},
        {"terms": {"charges": ["Thank you"]}},
        {"unmapped": [{"where": "segment 4 DTM", "text": "date 61 1998-06-15"}]},
    ],
)
def test_a_policy_may_not_pass_over_a_remark_and_a_person_may(play: Play, said: dict[str, Any]) -> None:
    play.submit(**{"lines": [LINE], **said})
    assert play.review("confirm", by=POLICY) == "needs_a_person"
    assert play.review("confirm") == ""


@pytest.mark.rule("R40", "R67")
def test_courtesies_and_what_the_profile_calls_usual_hold_nothing_back(play: Play) -> None:
    terms = {"C-HOLT": CustomerTerms(usual_remarks=("Our general terms apply.", "MARTA QUILL", "PKG*F*68"))}
    play.with_rules(terms=terms).submit(
        lines=[LINE],
        notes=["Hello,\nplease find our order below. OUR  GENERAL TERMS APPLY!\nKind regards\nMarta Quill"],
        unmapped=[{"where": "segment 9 PKG", "text": "PKG*F*68"}],
    )
    assert says(play) == []
    assert len(play.event("task.opened").facts["remarks"]) == 2
    assert play.review("confirm", by=POLICY) == ""


@pytest.mark.rule("R6", "R67")
def test_a_change_adds_to_the_remarks_and_takes_none_back(play: Play) -> None:
    play.submit(lines=[{**LINE, "notes": ["deburr"]}], notes=["as samples"])
    play.submit(lines=[{**LINE, "quantity": "7", "notes": ["in two boxes"]}], notes=["quickly"], purpose="change")
    assert says(play) == ["as samples", "quickly", "deburr", "in two boxes"]


@pytest.mark.rule("R6")
def test_a_revision_says_anew_what_is_remarked(play: Play) -> None:
    play.submit(lines=[LINE], notes=["as samples"])
    play.submit(lines=[LINE], notes=["no longer as samples"], purpose="revision")
    assert says(play) == ["no longer as samples"]


@pytest.mark.rule("R8")
def test_the_remarks_of_a_change_are_facts_of_its_review(play: Play) -> None:
    play.submit(lines=[LINE])
    play.review("confirm")
    play.submit(lines=[{**LINE, "quantity": "7", "notes": ["in two boxes"]}], notes=["as samples"], purpose="change")
    assert says(play) == ["as samples", "in two boxes"]
