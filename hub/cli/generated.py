"""`hub schemas`, `hub docs`: files that follow from the code, written and watched for drift."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli import screen
from hub.cli.common import example
from hub.cli.group import add
from hub.errors import Inconsistent

schemas = typer.Typer(help="The JSON Schemas of all messages: write them, check them.", no_args_is_help=True)
Folder = Annotated[Path, typer.Option(help="The folder that the files are in.")]


@example("hub schemas write")
def write_schemas(folder: Folder = Path("schemas")) -> None:
    """Write the schema of every message, and remove those of messages that are no more."""
    from hub.messages.schemas import write

    _tell(write(folder), folder)


@example("hub schemas check")
def check_schemas(folder: Folder = Path("schemas")) -> None:
    """See that the schemas are those of this version, and that each holds for its own example."""
    from hub.messages.schemas import drift, files

    _judge([*drift(folder), *_misfits(files())], folder, "hub schemas write")


def _misfits(files: dict[str, str]) -> list[str]:
    """Schemas that are none, and examples that their schema refuses."""
    import jsonschema
    import orjson

    found = []
    for name, text in files.items():
        schema = orjson.loads(text)
        checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        try:
            checker.check_schema(schema)
            for each in schema["examples"]:
                checker.validate(each)
        except (jsonschema.SchemaError, jsonschema.ValidationError) as error:
            found.append(f"{name}: {error.message}")
    return found


@example("hub docs", "hub docs --check")
def docs(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 where a page is not current.")] = False,
    folder: Folder = Path("docs"),
) -> None:
    """Write what follows from the code: the pages of the process, its rules and roles, of partner profiles and EDI
    faults, and asyncapi.json."""
    from hub import generated as files
    from hub.app.adapters import adapter_pages
    from hub.pages import asyncapi, process, profiles, roles, rulebook

    single = {**rulebook.files(folder), **asyncapi.files(), **profiles.files(), **adapter_pages()}
    everything = {**process.files(), **roles.files(), **single}
    owned = (*process.OWNED, *roles.OWNED, *single)
    if check:
        _judge(files.drift(folder, everything, owned), folder, "hub docs")
    else:
        _tell(files.write(folder, everything, owned), folder)


def _tell(changed: list[Path], folder: Path) -> None:
    for path in changed:
        screen.say(f"{'wrote' if path.exists() else 'removed'} {path}")
    if not changed:
        screen.say(f"{folder} is current")


def _judge(faults: list[str], folder: Path, remedy: str) -> None:
    for fault in faults:
        screen.say(fault)
    if faults:
        raise Inconsistent(f"{folder} is not current: `{remedy}` mends it", where=faults[0])
    screen.say(f"{folder} is current")


add(schemas, "write", write_schemas)
add(schemas, "check", check_schemas)
