"""Where sentences end, in lines that may also be rows of a table."""

from __future__ import annotations

import re
from itertools import pairwise

from adapters.email.mail.document import Cell

_SENTENCE_END = re.compile(
    r"(?<=[^\W\d_]{4}[.!?;])\s+(?=[A-ZÄÖÜÉÈÀÅÑ])|(?<=\S\d[.!?;])\s+(?=[A-ZÄÖÜÉÈÀÅÑ][a-zäöüéèåñ]{2})"
)


def sentences_of(line: Cell) -> list[Cell]:
    """The sentences of a line of text."""
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(line.text)), len(line.text)]
    return [line.cut(start, end) for start, end in pairwise(ends) if line.text[start:end].strip()]
