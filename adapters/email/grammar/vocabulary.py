"""The words that orders are written in, from one file per language under ``languages/``.

A mail may mix languages, so the words of all languages count at once; each has one meaning, which a test checks.
Words are compared folded: small letters without accents, one character for one, so that places stay where they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_DIRECTORY = Path(__file__).parent / "languages"
_SPECIAL = {
    "ß": "s",
    "æ": "a",
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "œ": "o",
    "’": "'",
    "‘": "'",
    "`": "'",
    "´": "'",
}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"


@cache
def _fold_character(character: str) -> str:
    if character in _DASHES:
        return "-"
    if character.isspace():
        return character if character in "\n\t" else " "
    small = character.lower()
    if small in _SPECIAL:
        return _SPECIAL[small]
    if character in "²³¹":
        return character
    base = unicodedata.normalize("NFKD", small)[:1]
    return base or " "


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text in small letters without accents, of the same length."""
    return "".join(_fold_character(character) for character in text)


def label(text: str) -> str:
    """A column heading or label reduced to its words."""
    folded = re.sub(r"\bn\s*[°º]", "n ", fold(text).replace("º", "°"))
    words = re.sub(r"[^\w#²³]+", " ", folded.replace("_", " ")).strip()
    return words.replace("#", "no").strip() if words != "#" else "#"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word with its meaning."""

    columns: Mapping[str, str]
    units: Mapping[str, str]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    weeks: frozenset[str]
    phrases: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, re.Pattern[str]]
    by_language: Mapping[tuple[str, str], re.Pattern[str]]
    """patterns of one language's phrases, by language and kind"""

    def says(self, kind: str, text: str, *tags: str) -> str:
        """The first phrase of this kind in the text, in any language or only in these."""
        patterns = [self.by_language[tag, kind] for tag in tags if (tag, kind) in self.by_language] or [
            self.patterns[kind]
        ]
        folded = fold(text)
        return next((match.group() for match in (pattern.search(folded) for pattern in patterns) if match), "")

    def find(self, kind: str, text: str) -> re.Match[str] | None:
        """The first phrase of this kind in the text; places are those of the text."""
        return self.patterns[kind].search(fold(text))


def alternatives(words: Iterable[str]) -> str:
    """A pattern that matches any of these words, the longest first, spaces and punctuation between them free."""
    ordered = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[\s.'°º:-]{1,3}") for word in ordered)


def bounded(pattern: str) -> str:
    """The pattern, matching whole words only."""
    return rf"(?<![^\W_])(?:{pattern})(?![^\W_])"


@cache
def vocabulary() -> Vocabulary:
    """The words of all languages."""
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    weeks: set[str] = set()
    phrases: dict[str, list[str]] = {}
    by_language: dict[tuple[str, str], re.Pattern[str]] = {}
    for tag, language in languages().items():
        for field, labels in language["columns"].items():
            for text in labels:
                for plain in _spellings(tag, label(str(text)) or str(text)):
                    columns.setdefault(plain, str(field))
        for code, words in language["units"].items():
            units.update({fold(str(word)): str(code) for word in words})
        months.update({fold(w): number for number, words in enumerate(language["months"], 1) for w in words})
        weekdays.update({fold(w): number for number, words in enumerate(language["weekdays"]) for w in words})
        weeks.update(fold(str(word)) for word in language["weeks"])
        for kind, words in language["phrases"].items():
            written = [each for word in words for each in _spellings(tag, fold(str(word)))]
            phrases.setdefault(str(kind), []).extend(written)
            by_language[tag, str(kind)] = re.compile(bounded(alternatives(written)) if written else r"(?!)")
    patterns = {
        kind: re.compile(bounded(alternatives(words)) if any(words) else r"(?!)") for kind, words in phrases.items()
    }
    for kind in ("receipt_subject", "price_lead", "per"):
        patterns[kind] = re.compile(alternatives(phrases[kind]))
    return Vocabulary(
        columns,
        units,
        months,
        weekdays,
        frozenset(weeks),
        {kind: tuple(words) for kind, words in phrases.items()},
        patterns,
        by_language,
    )


def _spellings(tag: str, word: str) -> tuple[str, ...]:
    """A folded word, and as folding leaves it where a German writes "ß": that is one letter."""
    return (word, word.replace("ss", "s")) if tag == "de" and "ss" in word else (word,)


@cache
def languages() -> Mapping[str, Mapping[str, Any]]:
    """The language files as written, by language."""
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_DIRECTORY.glob("*.yaml"))}
