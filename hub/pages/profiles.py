"""The page of the partner profile, made from its model: each field's meaning, default, unit and an example."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hub.meanings import meanings
from hub.partners import AgreedPrice, EdiProfile, EmailProfile, FolderProfile, MaterialEntry, Offer, Partner

FILE = "partners.md"
SECTIONS: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("A partner", Partner, "`partners:` is a list of these."),
    ("edi", EdiProfile, "For the channels x12 and edifact."),
    ("email", EmailProfile, "For the channel email; and beside EDI, for what has no place there."),
    ("folders", FolderProfile, "Where a partner's files come in and are put, from the hub's folder."),
    (
        "prices",
        AgreedPrice,
        "What was agreed with a customer. One that differs is a fact on the review task (R67).",
    ),
    ("A material", MaterialEntry, "`materials:` is a list of these."),
    ("suppliers", Offer, "Who sells a material."),
)
KINDS = ("x12-customer", "edifact-customer", "email-customer", "x12-supplier", "edifact-supplier", "email-supplier")
_HEAD = """# Partner profiles and materials

<!-- made by `hub docs`; do not edit -->

Customers, suppliers and materials stand in YAML files, which the setting `HUB_PARTNERS` names; `hub init` writes some
to start from. `hub partner check FILE` names everything that is wrong in one, with its line and what to do;
`hub partner test` shows what comes of it. A running hub takes changes up
within seconds; with a mistake in them it says so in its log, and what it knew before holds.

How one is written in five minutes, step by step: [edi.md](edi.md#taking-a-partner-on). A profile of each kind to start
from: """


def files() -> dict[str, str]:
    """The page, by its name in the folder of the documentation."""
    listed = ", ".join(f"[{kind.replace('-', ' ')}](profiles/{kind}.yaml)" for kind in KINDS)
    return {FILE: _HEAD + listed + ".\n" + "".join(_section(*each) for each in SECTIONS)}


def _section(title: str, model: type[BaseModel], about: str) -> str:
    meant = meanings(model)
    listed = (_row(name, info, meant[name]) for name, info in model.model_fields.items())
    rows = "".join(f"| {' | '.join(row)} |\n" for row in listed)
    table = "| field | meaning | takes | default | unit | example |\n|---|---|---|---|---|---|\n"
    return f"\n## {title}\n\n{about}\n\n{table}{rows}"


def _row(name: str, info: FieldInfo, meaning: str) -> tuple[str, ...]:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    example = (info.examples or [None])[0]
    return (
        f"`{name}`",
        " ".join(meaning.split()).replace("|", "\\|").replace("``", "`"),
        ", ".join(dict.fromkeys(_takes(info.annotation))).replace("|", "\\|"),
        "needed" if info.is_required() else _written(info.get_default(call_default_factory=True)),
        str(extra.get("unit", "")),
        _written(example),
    )


def _takes(kind: Any) -> Iterator[str]:
    """What a field may hold, in words."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _takes(get_args(kind)[0])
    elif origin is Literal:
        yield from (f"`{value}`" for value in get_args(kind))
    elif origin in (Union, types.UnionType):
        for each in get_args(kind):
            if each is not type(None):
                yield from _takes(each)
    elif origin is list:
        yield f"a list: {', '.join(dict.fromkeys(_takes(get_args(kind)[0])))}"
    elif origin is dict or (isinstance(kind, type) and issubclass(kind, BaseModel)):
        yield "names with values"
    else:
        yield {bool: "`true`, `false`", int: "a number", float: "a number"}.get(kind, "text")


def _written(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"`{text}`".replace("|", "\\|")
