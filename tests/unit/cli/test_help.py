"""Every command explains itself: help, an example that is right, and a place in docs/cli.md."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from hub.cli import app
from tests.support.cli import hub

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs" / "cli.md"
CONTRACT = {
    "demo", "init", "serve", "parse", "submit", "send", "tasks", "answer", "assign", "orders", "order", "document",
    "documents", "resend", "stock", "settings", "audit", "events", "simulate", "bench", "docs", "doctor", "failed list",
    "failed show", "failed retry", "failed edit", "failed discard", "schemas write", "schemas check", "partner check",
    "partner test", "partner layout list", "partner layout show", "partner layout accept", "partner layout drop",
    "partner layout learn", "email preview", "email queue", "email retry", "email drop",
}  # fmt: skip


def commands(group: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    group = group or get_command(app)
    for name, command in group.commands.items():
        whole = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, whole)
        else:
            yield whole, command


ALL = dict(commands())


def test_the_commands_are_those_of_the_contract() -> None:
    assert set(ALL) == CONTRACT


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_command_has_help_with_an_example(name: str) -> None:
    said = hub(*name.split(), "--help")

    assert said.code == 0
    assert f"Usage: hub {name}" in said.out
    assert re.search(rf"Example:\n(.*\n)*  .*hub {name}\b", said.out), said.out
    assert len((ALL[name].help or "").split()) >= 5


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_parameter_is_explained(name: str) -> None:
    for parameter in ALL[name].params:
        if parameter.name != "help":
            assert parameter.help, f"{name}: {parameter.name}"


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_example_is_one_that_the_command_takes(name: str) -> None:
    text = (ALL[name].epilog or "").replace("\b", "").partition("Example:\n")[2]
    words = shlex.split(text)
    starts = [place for place, word in enumerate(words) if word == "hub" and words[place + 1] == name.split()[0]]
    assert starts
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else len(words)
        given = [word for word in words[start + 1 : end] if word != ">" and not word.startswith("HUB_")]
        given = given[len(name.split()) :]
        given = given[:-1] if ">" in words[start:end] else given
        ALL[name].make_context(name, list(given), resilient_parsing=False)


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_command_is_documented(name: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    section = re.search(rf"^### `hub {name}\b.*?(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)

    assert section, f"docs/cli.md does not tell of hub {name}"
    for parameter in ALL[name].params:
        options = {*parameter.opts, *parameter.secondary_opts} - {"--help", "--json"}
        if options and parameter.param_type_name == "option" and "--json" not in parameter.opts:
            assert any(option in section.group() for option in options), f"docs/cli.md: hub {name} lacks {options}"


def test_data_can_be_had_as_json() -> None:
    showing = CONTRACT - {
        "demo", "init", "serve", "docs", "schemas write", "schemas check", "email preview", "failed retry",
        "failed discard", "email retry", "email drop", "partner layout accept", "partner layout drop",
    }  # fmt: skip
    assert {name for name, command in ALL.items() if any("--json" in each.opts for each in command.params)} >= showing


@pytest.mark.parametrize("arguments", [["nonsense"], ["send"], ["tasks", "--nonsense"], ["tasks", "--role", "king"]])
def test_wrong_usage_is_exit_2(arguments: list[str]) -> None:
    said = hub(*arguments)

    assert said.code == 2
    assert "Usage: hub" in said.err


# ----------------------------------------------------------------------------------------------- quick to answer

HEAVY = ("sqlalchemy", "pydantic", "aio_pika", "faststream", "alembic", "rich", "yaml", "starlette", "hub.settings")
LOOK = "import sys; from hub.cli import main\ntry: main()\nfinally: print(sorted(sys.modules), file=sys.stderr)"


@pytest.mark.parametrize("said", [["--version"], ["--help"], []])
def test_what_needs_no_hub_imports_none(said: list[str]) -> None:
    ran = subprocess.run([sys.executable, "-c", LOOK, *said], capture_output=True, text=True, timeout=60, check=False)
    loaded = set(ast.literal_eval(ran.stderr.splitlines()[-1]))

    assert re.search(r"^(Usage: )?hub ", ran.stdout + ran.stderr, re.MULTILINE)
    assert not loaded & set(HEAVY)
    assert not [name for name in loaded if name.startswith(("hub.store", "hub.messages", "adapters"))]


def test_the_list_of_commands_says_of_each_what_its_help_begins_with() -> None:
    listed = hub("--help").out
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        said = " ".join((command.help or "").split()).partition(". ")[0].rstrip(".")
        words = re.search(rf"^  {name}  +((?:.|\n    )*)$", listed, re.MULTILINE)
        assert words, name
        assert " ".join(words.group(1).split()) == said


def test_a_misspelt_command_is_met_with_the_one_that_is_meant() -> None:
    said = hub("taskz")

    assert said.code == 2
    assert "tasks" in said.err
