"""The words of mails: the hub's own templates, and over them the user's; a language is one folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from adapters.email.sending.body import one_line
from hub.errors import ConfigurationError

TEMPLATES = Path(__file__).parent / "templates"
WORDS = "words.yaml"
FALLBACK = "en"


class Wording:
    """Templates and words by language. What ``folder`` has replaces the hub's own file of the same name.

    Raises ConfigurationError for a folder or a file that is of no use.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = (*([folder] if folder else []), TEMPLATES)
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(each) for each in self._folders]),
            undefined=StrictUndefined,
            finalize=one_line,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # plain text; escaped where it is made HTML
        )
        if folder is not None:
            self._check(folder)
        self._words = {language: self._merged(language) for language in self.languages}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are templates in."""
        return tuple(sorted({path.parent.name for folder in self._folders for path in folder.glob("*/*.j2")}))

    def words(self, language: str) -> Mapping[str, Any]:
        """The words that tables and values need; English ones where the language has none."""
        return self._words.get(language) or self._words[FALLBACK]

    def has(self, language: str, name: str) -> bool:
        """Whether there is such a template in that language."""
        try:
            self._environment.get_template(f"{language}/{name}.j2")
        except TemplateNotFound:
            return False
        return True

    def render(self, language: str, name: str, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        """The subject, and the paragraphs of the body. Raises ConfigurationError."""
        try:
            text = self._environment.get_template(f"{language}/{name}.j2").render(values)
        except TemplateError as error:
            raise _wrong(error, f"{language}/{name}.j2") from error
        subject, _, body = text.partition("\n===\n")
        paragraphs = [paragraph.strip() for paragraph in body.split("\n")]
        return one_line(subject), [paragraph for paragraph in paragraphs if paragraph]

    def _merged(self, language: str) -> dict[str, Any]:
        found = dict(_words(TEMPLATES / FALLBACK / WORDS))
        for folder in reversed(self._folders):
            path = folder / language / WORDS
            if path.exists():
                found |= _words(path)
        return found

    def _check(self, folder: Path) -> None:
        """See that each file has the name of a mail, and can be read as a template."""
        if not folder.is_dir():
            raise ConfigurationError("there is no such folder of templates", where=str(folder))
        known = {path.name for path in (TEMPLATES / FALLBACK).iterdir()}
        for path in sorted(folder.glob("*/*")):
            if path.name.startswith("."):
                continue
            if path.name not in known:
                text = f"no mail is made from {path.name}; names are {', '.join(sorted(known))}"
                raise ConfigurationError(text, where=str(path))
            if path.suffix == ".j2":
                try:
                    self._environment.get_template(f"{path.parent.name}/{path.name}")
                except (TemplateError, UnicodeDecodeError) as error:
                    raise _wrong(error, str(path)) from error


def _wrong(error: Exception, name: str) -> ConfigurationError:
    line = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
    return ConfigurationError(f"the template cannot be used: {error}", where=f"{name}{line}")


@cache
def _words(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"is not YAML: {error}", where=str(path)) from error
    if not isinstance(found, dict):
        raise ConfigurationError("a word and what it means in this language, on each line, are needed", where=str(path))
    return found
