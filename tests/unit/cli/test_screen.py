"""What reaches a terminal cannot steer it, and nothing is cut short."""

from __future__ import annotations

import json

import pytest

from hub.cli import screen


@pytest.mark.parametrize("nasty", ["\udcff", "\x1b[2J", "a\rb", "\x9b31m", "\u202egnp.exe", "\x00", "\u2028"])
def test_control_characters_are_spelt_out(nasty: str) -> None:
    shown = screen.safe(nasty)

    assert all(each.isprintable() for each in shown)
    assert "\\u" in shown


@pytest.mark.parametrize("nasty", ["\x1b[2J", "\x9b31m", "\u202egnp.exe", "plain ü 漢"])
def test_json_is_the_same_data_without_control_characters(nasty: str) -> None:
    text = screen.as_json({"name": nasty})

    assert json.loads(text) == {"name": nasty}
    assert all(each.isprintable() or each == "\n" for each in text)


def test_a_plain_table_cuts_nothing_short(capsys: pytest.CaptureFixture[str]) -> None:
    long = "O-" + "X" * 300
    screen.show_table([{"order_id": long, "held": True, "n": None}], ("order_id", "held", "n"), "none")

    head, row = capsys.readouterr().out.splitlines()
    assert head.startswith("order id")
    assert row == f"{long}  yes"


def test_a_table_on_a_terminal_folds_ids(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    long = "O-" + "7K3M9QX2" * 6
    screen.show_table([{"order": long, "what": "[red]x[/red]"}], ("order", "what"), "none")

    shown = capsys.readouterr().out
    assert "…" not in shown
    assert shown.replace(" ", "").replace("\n", "").count("7K3M9QX2") >= 1
    assert sum(each in shown for each in ("[red]", "x[/red]")) >= 1


def test_columns_share_a_terminal_without_breaking_words() -> None:
    rows = [("at", "what", "how"), ("2026-11-22 07:36:48", "work-order.specify-materials", "done as agreed by Ada")]

    assert screen.column_widths(rows, 80) == [19, 28, 21]
    assert screen.column_widths(rows, 55) == [14, 28, 13]
    assert sum(screen.column_widths(rows, 20)) == 20


def test_an_outline_leaves_out_what_is_empty_and_steers_nothing() -> None:
    lines = screen.outline({"po": "1", "lines": [{"line": "1", "text": "a\x1b[31m\nb"}], "notes": [], "none": None})

    assert [line.split(":")[0].strip() for line in lines] == ["po", "lines", "- {line"]
    assert all(line.isprintable() for line in lines)


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    screen.show_table([], ("a",), "no orders")

    assert capsys.readouterr().out == "no orders\n"


@pytest.mark.parametrize(
    ("by", "shown"),
    [
        ({"role": "sales-officer", "name": "Ada"}, "Ada (sales-officer)"),
        ({"system": "erp"}, "erp"),
        ({"policy": "trusted"}, "trusted"),
        ("", ""),
    ],
)
def test_who_did_something_is_shown_shortly(by: object, shown: str) -> None:
    assert screen.name_of(by) == shown
