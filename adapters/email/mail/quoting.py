"""What the sender wrote, apart from what is quoted: nothing of an order is ever taken from a quote.

Only unmistakable marks count. A line of underscores, or ``From:`` inside an order's table, is no quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.mail.document import Block, Cell, Grid

_PREFIX = re.compile(r"^\s{0,3}(?:>|&gt;|\|\s>)")
_RULE = re.compile(r"^\s*[_=-]{10,}\s*$")
_OPENING = re.compile(r"(?:on|am|le|el|op|den|vid|il|em|dne|dnia)\s.*\d")
_LONGEST = 400
"""characters of an announcement at most"""
_SIGNATURE = re.compile(r"^--\s?$")


@dataclass(frozen=True, slots=True)
class Split:
    """The sender's own blocks, the quoted ones, and the signature set off by ``--``."""

    own: tuple[Block, ...]
    quoted: tuple[Block, ...]
    signature: tuple[Block, ...] = ()


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    phrases = vocabulary().phrases
    wrote = re.compile(bounded(alternatives(phrases["wrote"])))
    first = re.compile(rf"^\s*\*?(?:{alternatives(phrases['quote_from'])})\s?:\*?\s*\S")
    others = re.compile(rf"^\s*\*?(?:{alternatives(phrases['quote_others'])})\s?:\*?(?:\s|$)")
    original = re.compile(rf"^\s*[-_*]{{2,}}\s*(?:{alternatives(phrases['original_message'])})\s*[-_*]{{2,}}")
    return wrote, first, others, original


def _line(block: Block) -> str:
    return "" if isinstance(block, Grid) else block.text


def _is_header_block(blocks: Sequence[Block], at: int) -> bool:
    """Whether a mail program's header of an earlier mail begins here: From, then two or more of Sent, To, Subject."""
    _, first, others, _ = _patterns()
    if not first.match(fold(_line(blocks[at]))):
        return False
    following = [fold(_line(block)) for block in blocks[at + 1 : at + 8]]
    count = 0
    for line in following:
        if others.match(line):
            count += 1
        elif line.strip() and count == 0:
            return False
        elif line.strip() and count:
            break
    return count >= 2


def _attribution(blocks: Sequence[Block], at: int) -> int:
    """How many lines the announcement of a quote takes that begins here ("On … wrote:"); 0: none does."""
    joined = ""
    for length in (1, 2, 3):
        if at + length > len(blocks) or not _line(blocks[at + length - 1]).strip():
            return 0
        joined = (joined + " " + fold(_line(blocks[at + length - 1]))).strip()
        if len(joined) > _LONGEST or (length > 1 and not _OPENING.match(joined)):
            return 0
        if joined.endswith(":") and re.search(r"[\d@]", joined) and _patterns()[0].search(joined):
            return length
    return 0


def split(blocks: Sequence[Block]) -> Split:
    """Part the blocks of a body into own and quoted ones."""
    own: list[Block] = []
    quoted: list[Block] = []
    signature: list[Block] = []
    at = 0
    in_signature = False
    while at < len(blocks):
        block = blocks[at]
        text = _line(block)
        if _PREFIX.match(text):
            quoted.append(block)
            at += 1
            continue
        taken = _attribution(blocks, at) if text.strip() else 0
        if taken:
            rest = [b for b in blocks[at + taken :] if isinstance(b, Grid) or b.text.strip()]
            if rest and not _PREFIX.match(_line(rest[0])):
                quoted.extend(blocks[at:])
                break
            quoted.extend(blocks[at : at + taken])
            at += taken
            continue
        if text.strip() and (_patterns()[3].match(fold(text)) or _is_header_block(blocks, at)):
            if own and isinstance(own[-1], Cell) and _RULE.match(own[-1].text):
                quoted.append(own.pop())
            quoted.extend(blocks[at:])
            break
        in_signature = in_signature or bool(_SIGNATURE.match(text))
        (signature if in_signature else own).append(block)
        at += 1
    return Split(tuple(own), tuple(quoted), tuple(signature))
