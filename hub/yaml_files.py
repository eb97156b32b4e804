"""YAML files that a person keeps: read as they are written, and every fault told with its file and line.

Plain values stay text (``0715`` is no octal number, ``no`` no falsehood, ``2026-12-25`` no date); what they mean
is for the model that checks them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hub.errors import ConfigurationError


class _AsWritten(yaml.SafeLoader):
    """Leaves plain values text, except for nothing; a key that is given twice is a fault."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as PyYAML has it
        first: [each for each in resolvers if each[0] in {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode) and key.value != "<<":
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is given twice", key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a file holds, and where in it each thing stands."""

    path: Path
    data: dict[str, Any]
    tree: yaml.Node | None

    def place(self, location: Sequence[int | str] = ()) -> str:
        """File and line, counted from 1, of the deepest part that the location reaches (of its name, if it has one).

        Steps that no part of the file answers to (a missing field, the kind of a policy) lead nowhere else.
        """
        node, named = self.tree, self.tree
        for step in location:
            found = _child(node, step)
            if found is not None:
                named, node = found
        return f"{self.path}:{named.start_mark.line + 1 if named else 1}"


def _child(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """The part of a node that a step leads to, behind what names it."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def read_yaml(path: Path) -> YamlFile:
    """Read a file of names and values; an empty one has none. Raises ConfigurationError with file and line."""
    try:
        loader = _AsWritten(path.read_text(encoding="utf-8-sig"))
        tree = loader.get_single_node()
        data = None if tree is None else loader.construct_document(tree)
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError("is not UTF-8 text", where=f"{path}:{line}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        if "unexpected end of stream" in str(error.problem) and error.context_mark:
            line = error.context_mark.line + 1
        raise ConfigurationError(f"is not YAML: {_in_words(error)}", where=f"{path}:{line}") from error
    except yaml.reader.ReaderError as error:
        raise ConfigurationError(f"is not YAML: {error.reason}", where=str(path)) from error
    except RecursionError as error:
        raise ConfigurationError("is not as it should be: too deeply nested", where=str(path)) from error
    except ValueError as error:
        raise ConfigurationError(f"is not YAML: {error}", where=str(path)) from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigurationError("names with their values are needed (name: value)", where=f"{path}:1")
    return YamlFile(path, data, tree)


_SYNTAX = {
    "cannot start any token": "there is a character that nothing begins with; blanks are wanted at the beginning of a "
    "line, and no tab; a text with such a character in quotes",
    "mapping values are not allowed": "a colon stands where there can be none; put a text that has one into quotes, "
    "and see how far the line is indented",
    "could not find expected ':'": "a name has no colon behind it, in this line or the one before",
    "unexpected end of stream": "a quote or bracket that begins here does not end",
    "expected <block end>": "the line is indented in another way than those that it belongs to",
    "expected '<document start>'": "this is not the form name: value (TOML and INI are not read)",
    "another document": "there is a second document, behind ---; put all into one",
}
"""What YAML's reader says, and how a person can act on it"""


def _in_words(error: yaml.MarkedYAMLError) -> str:
    said = str(error.problem)
    return next((words for part, words in _SYNTAX.items() if part in said), said)


_PLAINER = {
    "extra_forbidden": "there is no such field",
    "missing": "is needed",
    "model_type": "names with their values are needed (name: value)",
    "dict_type": "names with their values are needed (name: value)",
    "list_type": "a list is needed (- one, - two; or [one, two])",
    "string_type": "a text or number is needed",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "holds characters that are not allowed here",
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "int_parsing": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "int_type": "a whole number is needed",
    "finite_number": "a number is needed",
}
_LIMITS = {"greater_than": "more than", "greater_than_equal": "at least", "less_than_equal": "at most"}


def plainly(fault: Mapping[str, Any]) -> str:
    """A fault that pydantic has found, for a person who has never heard of it."""
    kind, more = fault["type"], fault.get("ctx", {})
    if kind == "literal_error":
        return f"{more['expected']} is needed, not {_shown(fault['input'])}"
    if kind == "union_tag_invalid":
        return f"there is no {str(more['discriminator']).strip(chr(39))} {_shown(more['tag'])}; {more['expected_tags']}"
    if kind in _LIMITS:
        (limit,) = (more[name] for name in ("gt", "ge", "le") if name in more)
        return f"a number of {_LIMITS[kind]} {limit:g} is needed"
    if kind == "string_too_long":
        return f"has more than {more['max_length']} characters"
    return _PLAINER.get(kind) or str(fault["msg"]).removeprefix("Value error, ")


def _shown(value: object) -> str:
    return repr(value)[:60]
