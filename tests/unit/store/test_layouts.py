"""What becomes of the versions of a layout profile, by people's decisions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.layouts import Layout
from hub.store.layouts import states


def layout(*headings: str, unit: str = "KGM") -> Layout:
    return Layout(headings=headings, columns=(None,) * len(headings), unit=unit)


KNOWN = {
    1: layout("Kennung", "Menge"),
    2: layout("KENNUNG", " Menge", unit="MTR"),
    3: layout("Artikel", "Menge"),
    4: layout("kennung", "menge", unit="TNE"),
}


def test_a_version_is_proposed_until_it_is_accepted_and_takes_the_place_of_one_for_the_same_headings() -> None:
    assert set(states(KNOWN, []).values()) == {"proposed"}
    assert states(KNOWN, [(1, "accepted"), (3, "accepted")]) == {
        1: "active", 2: "proposed", 3: "active", 4: "proposed",
    }  # fmt: skip
    after = [(1, "accepted"), (3, "accepted"), (2, "accepted")]
    assert states(KNOWN, after) == {1: "superseded", 2: "active", 3: "active", 4: "proposed"}


def test_dropping_a_version_brings_none_back_and_accepting_an_earlier_one_does() -> None:
    dropped = [(1, "accepted"), (2, "accepted"), (2, "dropped")]
    assert states(KNOWN, dropped) == {1: "superseded", 2: "dropped", 3: "proposed", 4: "proposed"}
    assert states(KNOWN, [*dropped, (1, "accepted")])[1] == "active"


@given(st.lists(st.tuples(st.sampled_from(sorted(KNOWN)), st.sampled_from(["accepted", "dropped"]))))
def test_of_versions_with_the_same_headings_one_holds_at_most_and_it_was_accepted_last(
    decisions: list[tuple[int, str]],
) -> None:
    found = states(KNOWN, decisions)
    for group in ({1, 2, 4}, {3}):
        accepted = [number for number, decision in decisions if number in group and decision == "accepted"]
        held = [number for number in group if found[number] == "active"]
        assert len(held) <= 1
        assert not held or held == accepted[-1:]
