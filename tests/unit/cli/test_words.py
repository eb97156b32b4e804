"""What a person types, and what it is taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.cli.commands import author, filled
from hub.cli.common import read_data
from hub.cli.events import event_types
from hub.cli.sending import checked, command_type
from hub.errors import HubError, NotFound, Refused, SchemaViolation, UnknownType, UnreadableMessage
from tests.support.cli import hub


@pytest.mark.parametrize("given", ["order.review", "order.review.v1"])
def test_a_command_may_be_named_without_its_version(given: str) -> None:
    assert command_type(given) == "order.review.v1"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("order.rview", "order.review"),
        ("order.confirmed", "is an event"),
        ("order.confirmed.v1", "is an event"),
        ("x", "no command"),
    ],
)
def test_a_misspelt_command_is_met_with_what_there_is(given: str, says: str) -> None:
    with pytest.raises(UnknownType, match=says):
        command_type(given)


@pytest.mark.parametrize(
    ("pattern", "count"), [("order.*", 18), ("order.confirmed", 1), ("order.confirmed.v1", 1), ("task.opened.v*", 1)]
)
def test_events_are_chosen_by_pattern(pattern: str, count: int) -> None:
    assert len(event_types(pattern) or ()) == count


def test_all_events_need_no_list() -> None:
    assert event_types("*") is None


def test_a_pattern_that_means_nothing_is_an_error() -> None:
    with pytest.raises(UnknownType, match="subjects are"):
        event_types("ordr.*")


def test_data_is_taken_from_the_argument_a_file_or_stdin(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text('{"a": 2}')

    assert read_data('{"a": 1}') == {"a": 1}
    assert read_data(str(path)) == {"a": 2}
    path.write_bytes(b'\xef\xbb\xbf{"a": 3}')
    assert read_data(str(path)) == {"a": 3}


@pytest.mark.parametrize(
    ("given", "error", "where"),
    [
        ('{"a": ', UnreadableMessage, "line 1 column"),
        ("[1]", UnreadableMessage, "the argument"),
        ("no-such-file.json", NotFound, "no-such-file.json"),
        ("x" * 300, NotFound, "xxx"),
        ("/dev/zero", UnreadableMessage, "/dev/zero"),
        ('{"a": NaN}', UnreadableMessage, "column 7"),
        ('{"a": "\\ud800"}', UnreadableMessage, "the argument"),
        ('{"a":' * 2000, UnreadableMessage, "the argument"),
    ],
)
def test_bad_data_is_met_with_its_place(given: str, error: type[HubError], where: str) -> None:
    with pytest.raises(error) as caught:
        read_data(given)
    assert where in caught.value.where


def test_a_schema_fault_names_its_place() -> None:
    with pytest.raises(SchemaViolation) as caught:
        checked("order.review", {"order_id": "O-1", "decision": "perhaps", "by": {"system": "erp"}})
    assert caught.value.where == "decision"


TASK = {
    "task_id": "T-1", "kind": "order.review.v1", "role": "sales-officer", "state": "open", "order_id": "O-1",
    "work_order_id": None, "requirement_id": None, "material_po_id": None, "document_id": None, "assignee": None,
    "ended_at": None, "facts": {"lines": [{"line": "1"}]},
}  # fmt: skip


def test_an_answer_gets_what_its_task_knows() -> None:
    assert filled(TASK, {"decision": "confirm"}, "sales-officer:Ada Lind") == {
        "order_id": "O-1",
        "task_id": "T-1",
        "by": {"role": "sales-officer", "name": "Ada Lind"},
        "decision": "confirm",
    }


def test_what_is_given_wins_over_what_the_task_knows() -> None:
    assert filled(TASK, {"order_id": "O-2", "by": {"system": "erp"}}, "")["order_id"] == "O-2"


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("shipment.dispatch.v1", {"work_order_id": "W-1", "facts": {"ready": "7", "shipment_id": "S-1"}},
            {"items": [{"work_order_id": "W-1", "quantity": "7"}]}),
        ("material.source.v1", {"requirement_id": "R-1", "work_order_id": "W-1"}, {"requirement_id": "R-1"}),
        ("material-po.review-change.v1", {"material_po_id": "M-1", "order_id": None},
            {"material_po_id": "M-1", "line": "1"}),
        ("cancellation.assess.v1", {"facts": {"cancellation_id": "C-1", "lines": []}},
            {"order_id": "O-1", "cancellation_id": "C-1"}),
        ("order.review-change.v1", {"facts": {"change_id": "H-1"}}, {"order_id": "O-1", "change_id": "H-1"}),
        ("document.classify.v1", {"document_id": "D-1", "order_id": None}, {"document_id": "D-1"}),
    ],
)  # fmt: skip
def test_each_kind_of_task_fills_its_own_ids(kind: str, changes: dict, expected: dict) -> None:
    found = filled({**TASK, "kind": kind, **changes}, {}, "operator:me")

    assert {key: value for key, value in found.items() if key not in {"by", "task_id"}} == expected


def test_a_task_that_is_closed_takes_no_answer() -> None:
    with pytest.raises(Refused, match="closed") as caught:
        filled({**TASK, "state": "closed"}, {}, "")
    assert caught.value.code == "task_closed"


def test_who_answers_is_the_role_of_the_task_when_not_said() -> None:
    assert author("", TASK)["role"] == "sales-officer"


@pytest.mark.parametrize("by", ["Ada", "king:Ada", "sales-officer:", ":Ada"])
def test_who_answers_has_to_be_role_and_name(by: str) -> None:
    with pytest.raises(Exception, match="role:name"):
        author(by, TASK)


def test_an_unexpected_error_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def burst() -> None:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hub.cli.setup.load_settings", burst)
    quiet = hub("settings")
    monkeypatch.setenv("HUB_DEBUG", "1")
    loud = hub("settings")

    assert quiet.code == loud.code == 1
    assert quiet.err.splitlines() == ["hub: unexpected RuntimeError: first line [defect]; HUB_DEBUG=1 shows where"]
    assert "Traceback" in loud.err
