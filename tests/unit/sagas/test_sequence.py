"""Changes by release and change number: what comes out of sequence is put to a person, what comes again is dropped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sagas.play import Play, person

X12 = {"channel": "x12"}


def numbered(number: str, **more: Any) -> dict[str, Any]:
    return {"references": [{"kind": "change-number", "value": number}], "source": X12, **more}


def line(quantity: str, before: str | None = None) -> dict[str, Any]:
    return {"line": "1", "quantity": quantity, **({"quantity_before": before} if before else {})}


def code(play: Play) -> str:
    """Why a person is asked; empty where nobody is."""
    asked = [event for event, _, _ in play.last.events if event.TYPE == "document.quarantined.v1"]
    return asked[0].findings[0].code if asked else ""  # type: ignore[attr-defined]


@pytest.fixture(params=["under review", "in fulfilment"])
def play(request: pytest.FixtureRequest) -> Play:
    """An order for ten pieces, before and after it is confirmed."""
    play = Play()
    play.submit(("1", "10"), release="1", source=X12)
    if request.param == "in fulfilment":
        play.review("confirm")
    return play


@pytest.mark.rule("R7")
def test_a_change_behind_a_later_one_is_put_to_a_person(play: Play) -> None:
    play.change(line("12"), **numbered("3"))
    play.change(line("11"), **numbered("002"))
    assert (code(play), play.said) == ("change_out_of_sequence", ["document.quarantined"])
    assert "change 2 comes behind change 3" in play.event("document.quarantined").findings[0].message
    assert play.event("document.quarantined").likely_intent == "change"
    opened = [event.kind for event, _, _ in play.last.events if event.TYPE == "task.opened.v1"]  # type: ignore[attr-defined]
    assert "document.classify.v1" in opened
    play.change(line("14"), **numbered("5"))
    assert code(play) == ""


@pytest.mark.rule("R7")
def test_the_same_change_again_is_dropped_and_another_with_its_number_is_not(play: Play) -> None:
    play.change(line("12"), **numbered("1"))
    play.change(line("12"), **numbered("1"), currency=None)
    assert play.last.ignored
    play.change(line("13"), **numbered("01"))
    assert code(play) == "change_number_in_use"


@pytest.mark.rule("R7")
def test_a_number_of_an_ordchg_tells_changes_apart_and_counts_nothing(play: Play) -> None:
    play.change(line("12"), **numbered("4500", source={"channel": "edifact"}))
    play.change(line("13"), **numbered("4499", source={"channel": "edifact"}))
    assert code(play) == ""
    play.change(line("14"), **numbered("4500", source={"channel": "edifact"}))
    assert code(play) == "change_number_in_use"


@pytest.mark.rule("R7")
@pytest.mark.parametrize(
    ("release", "expected"),
    [("2", ""), ("002", ""), ("1", ""), (None, ""), ("0", ""), ("B", "release_differs"), ("R-7", "release_differs")],
)
def test_a_later_release_replaces_an_earlier_one(play: Play, release: str | None, expected: str) -> None:
    play.submit(("1", "12"), purpose="revision", release=release, source=X12)
    assert code(play) == expected


@pytest.mark.rule("R7")
def test_an_earlier_release_is_put_to_a_person(play: Play) -> None:
    play.submit(("1", "12"), purpose="revision", release="3", source=X12)
    play.submit(("1", "11"), purpose="revision", release="2", source=X12)
    assert code(play) == "change_out_of_sequence"


@pytest.mark.rule("R7")
def test_revisions_of_letters_count_too() -> None:
    play = Play()
    play.submit(("1", "10"))
    play.submit(("1", "11"), purpose="revision", release="C")
    play.submit(("1", "12"), purpose="revision", release="b")
    assert code(play) == "change_out_of_sequence"


@pytest.mark.rule("R7")
def test_a_release_with_leading_zeros_is_the_same_release(play: Play) -> None:
    play.change(line("12"), **numbered("1"), release="1")
    play.change(line("13"), **numbered("1"), release="01")
    assert code(play) == "change_number_in_use"


@pytest.mark.rule("R7")
def test_what_a_person_lets_through_counts(play: Play) -> None:
    play.change(line("12"), **numbered("3"))
    play.change(line("11"), **numbered("2"))
    said = {"document_id": play.event("document.quarantined").document_id, "by": person("sales-officer")}
    assert play.tell("document.classify", **said, **{"as": "new_po"}) == "po_number_in_use"
    play.tell("document.classify", **said, **{"as": "change"})
    (command,) = play.event("document.classified").commands
    play.tell("customer-po.submit", **command.data)
    assert code(play) == ""
    assert not play.last.ignored
    play.change(line("11"), **numbered("2"))
    assert play.last.ignored


@pytest.mark.rule("R7", "R8")
def test_differences_count_from_what_the_line_has_when_they_come(play: Play) -> None:
    play.change(line("12", before="10"), **numbered("1"))
    play.change(line("13", before="10"), **numbered("2"))
    if play.order.state == "in_fulfilment":
        play.review_change("accept")
    assert (play.line("1").item.quantity, play.line("1").item.quantity_before) == ("15", None)


@pytest.mark.rule("R7", "R8")
def test_a_difference_that_comes_again_does_not_add_up(play: Play) -> None:
    play.change(line("12", before="10"), **numbered("1"))
    play.change(line("14", before="12"), **numbered("1"))
    assert play.last.ignored
    play.change(line("13", before="12"), source=X12)
    assert code(play) == ""
    play.change(line("14", before="13"), source=X12)
    assert code(play) == "change_repeated"


@pytest.mark.rule("R8")
def test_a_difference_below_nothing_leaves_nothing() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    play.change(line("4", before="10"))
    play.change(line("1", before="8"))
    assert play.event("order.change-requested").lines[0].action == "delete"
