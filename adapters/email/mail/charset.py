"""From bytes to text: byte order mark, declared charset, strict UTF-8, Windows-1252, in this order."""

from __future__ import annotations

import re

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_KNOWN = re.compile(
    r"(us-)?ascii|utf-?(8|16|32)(-?[bl]e)?|iso-?8859-?\d{1,2}|latin-?\d{1,2}|(windows-?|cp)(125\d|437|850|852|1252)|"
    r"koi8-[ru]|mac-?roman|gb18030|gbk|gb2312|big5|shift_jis|euc-(jp|kr)|iso-2022-jp",
    re.ASCII | re.IGNORECASE,
)
_REALLY_1252 = frozenset({"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii", "iso_8859-1"})
"""labels under which the world sends Windows-1252"""


def _windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def decode(content: bytes, declared: str = "") -> str:
    """The text of these bytes; never fails, and never asks a statistic."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content.decode(codec, errors="replace").removeprefix("\ufeff")
    label = declared.strip().strip("\"'").lower()
    if label in _REALLY_1252:
        try:
            return content.decode("ascii")
        except UnicodeDecodeError:
            return _windows(content) if "8859" in label or "latin" in label else _utf8_or_windows(content)
    if _KNOWN.fullmatch(label):
        try:
            return content.decode(label)
        except (UnicodeDecodeError, LookupError):
            pass
    return _utf8_or_windows(content)


def _utf8_or_windows(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _windows(content)


def guess_wide(content: bytes) -> str:
    """The charset of text without a byte order mark whose every second byte is zero; else nothing."""
    sample = content[:400]
    if len(sample) < 4:
        return ""
    if sample[1::2].count(0) > len(sample) // 3 and sample[0::2].count(0) == 0:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) // 3 and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return ""
