"""What stands below each field of a model in its code: the field's meaning, for generated schemas and pages.

Pydantic's own reading of it (``use_attribute_docstrings``) costs every process that imports the models a tenth of a
second; only what is generated needs it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """The meaning of each field that has one, by the field's name; that of the class nearest to the model."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        found |= _declared(each.__module__).get(each.__qualname__, {})
    return {name: found[name] for name in model.model_fields if found.get(name)}


@cache
def _declared(module: str) -> dict[str, dict[str, str]]:
    """By class, what stands below the fields that it declares; empty below those where nothing does."""
    if module in {"builtins", "pydantic.main"}:
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: _below(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _below(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, below in pairwise([*node.body, ast.Pass()]):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match below:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[field.target.id] = inspect.cleandoc(text)
                case _:
                    found[field.target.id] = ""
    return found
