"""What is remembered is taken only for the very text that it was read from or written as."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from hub.store.memory import Memory


@dataclass(frozen=True)
class Thing:
    name: str
    count: int = 0


def memory(size: int = 10) -> Memory[Thing]:
    return Memory(TypeAdapter(Thing), size)


def test_what_was_written_is_not_parsed_again() -> None:
    remembered, thing = memory(), Thing("a", 1)
    body = remembered.write("T-1", thing)
    assert remembered.read("T-1", body) is thing


def test_what_was_read_is_not_parsed_again() -> None:
    remembered = memory()
    body = '{"name": "a", "count": 1}'
    assert remembered.read("T-1", body) is remembered.read("T-1", body)


def test_a_text_that_another_wrote_is_read_anew() -> None:
    remembered = memory()
    remembered.write("T-1", Thing("a", 1))
    assert remembered.read("T-1", '{"name":"a","count":2}') == Thing("a", 2)


def test_what_was_written_and_rolled_back_is_forgotten_by_reading_what_stands() -> None:
    remembered = memory()
    stands = remembered.write("T-1", Thing("a", 1))
    remembered.write("T-1", Thing("a", 2))
    assert remembered.read("T-1", stands) == Thing("a", 1)


def test_the_last_used_are_kept() -> None:
    remembered = memory(size=2)
    things = {key: Thing(key) for key in ("T-1", "T-2", "T-3")}
    bodies = {key: remembered.write(key, thing) for key, thing in things.items() if key != "T-3"}
    assert remembered.read("T-1", bodies["T-1"]) is things["T-1"]
    remembered.write("T-3", things["T-3"])
    assert remembered.read("T-1", bodies["T-1"]) is things["T-1"]
    assert remembered.read("T-2", bodies["T-2"]) is not things["T-2"]
