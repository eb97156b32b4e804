"""The group of all commands: each is imported when it is used, and its errors are told in one line.

What commands need takes a second to import; `hub --version`, `--help` and a misspelt command need none of it.
"""

from __future__ import annotations

import ast
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info, get_group

from hub.errors import HubError, Unusable


def first_sentence(text: str | None) -> str:
    """What a list of commands says of one."""
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


def add(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Make a function a command."""
    short = first_sentence(function.__doc__)
    app.command(name, short_help=short, epilog=function.__dict__.get("epilog"))(function)


class Commands(Mapping[str, Any]):
    """The commands by name, from ``places``: the module and the name, there, of its function or group."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places
        self._loaded: dict[str, Any] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            module, _, attribute = self._places[name].partition(":")
            found = getattr(import_module(module), attribute)
            self._loaded[name] = _group(found, name) if isinstance(found, typer.Typer) else _command(found, name)
        return self._loaded[name]

    def summaries(self) -> Iterator[tuple[str, str]]:
        """Each command with what a list says of it, read from the source without importing it."""
        for name, place in self._places.items():
            module, _, attribute = place.partition(":")
            yield name, _summary(_tree(module), attribute)


def _command(function: Callable[..., None], name: str) -> Any:
    app = typer.Typer()
    add(app, name, function)
    return get_command_from_info(app.registered_commands[0], pretty_exceptions_short=False, rich_markup_mode=None)


def _group(app: typer.Typer, name: str) -> Any:
    app.info.name = name
    app.rich_markup_mode = None
    return get_group(app)


def _tree(module: str) -> ast.Module:
    spec = find_spec(module)
    assert spec is not None  # noqa: S101  # the places are ours
    return ast.parse(Path(spec.origin or "").read_bytes())


def _summary(tree: ast.Module, attribute: str) -> str:
    """The docstring's first sentence of a function, or the help of a `typer.Typer(help=…)`."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == attribute:
            return first_sentence(ast.get_docstring(node))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == attribute:
            assert isinstance(node.value, ast.Call)  # noqa: S101
            found = next(each.value for each in node.value.keywords if each.arg == "help")
            return first_sentence(str(ast.literal_eval(found)))
    raise LookupError(attribute)


class Group(TyperGroup):
    """The commands; an error becomes one line on standard error and exit 1, never a traceback."""

    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.commands: Any = Commands(self.places)

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order in which they are shown."""
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Show the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.commands.summaries()))

    def invoke(self, ctx: Any) -> Any:
        """Run a command. What libraries log is no business of a person, unless a command makes it so."""
        logging.getLogger().addHandler(logging.NullHandler())
        try:
            return super().invoke(ctx)
        except HubError as error:
            report(error)
        except BrokenPipeError:
            raise
        except OSError as error:
            report(Unusable(error.strerror or str(error), where=str(error.filename or "")))
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except Exception as error:
            if _is_usage(error):
                raise
            unexpected(error)
        raise typer.Exit(1)


def _is_usage(error: Exception) -> bool:
    """Whether it is the command line's own way of saying that it was used wrongly."""
    return hasattr(error, "exit_code") and hasattr(error, "format_message")


def report(error: HubError) -> None:
    """Tell of an error in one line: what, where, and its code."""
    from hub.cli import screen

    screen.warn(screen.safe(f"hub: {error} [{error.code}]"))


def unexpected(error: Exception) -> None:
    """Tell of a defect in one line; the traceback is for whoever asks for it."""
    from hub.cli import screen
    from hub.settings import load_settings

    try:
        debug = load_settings().debug
    except HubError:
        debug = False
    if debug:
        sys.stderr.write("".join(traceback.format_exception(error)))
    text = str(error).splitlines()[0] if str(error) else ""
    screen.warn(f"hub: unexpected {type(error).__name__}: {text} [defect]; HUB_DEBUG=1 shows where")
