"""Character sets: files of two bytes per character, and what single bytes mean that are no UTF-8."""

from __future__ import annotations

_MARKED = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UNMARKED = {b"I\0S\0": "utf-16-le", b"U\0N\0": "utf-16-le", b"\0I\0S": "utf-16-be", b"\0U\0N": "utf-16-be"}
"""how a header begins where there is no byte order mark"""


def one_byte_each(raw: bytes) -> bytes:
    """The file as UTF-8 where it is UTF-16, by its byte order mark or by how it begins; else as it is.

    What is no character becomes SUB, which the readers report at its place.
    """
    charset = _MARKED.get(raw[:2]) or _UNMARKED.get(raw[:4])
    if charset is None:
        return raw
    return raw.decode(charset, "replace").removeprefix("\ufeff").replace("\ufffd", "\x1a").encode()


LOST = "\ufffd".encode().decode("latin-1")
"""The bytes of a character that was lost before the file was written, held as 8859-1"""

_WINDOWS = frozenset(bytes(byte for byte in range(0x80, 0xA0)).decode("cp1252", "ignore"))
"""Characters of Windows-1252 where 8859-1 has control characters: dashes, quotation marks, the euro sign"""


def single_bytes(raw: bytes, charset: str) -> str:
    """Text of one byte per character. Who writes 8859-1 with control characters in it means Windows-1252."""
    if charset == "latin-1":
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            pass
    return raw.decode(charset, "replace")


def of_windows(raw: str) -> bool:
    """Whether bytes, held as 8859-1, can only be read as Windows-1252."""
    if not any("\x80" <= c <= "\x9f" for c in raw):
        return False
    try:
        raw.encode("latin-1", "replace").decode()
    except UnicodeDecodeError:
        return True
    return False


def judge_text(text: str, *, windows: bool, read_by_people: bool) -> str:
    """The fault of a text, if it has one: a character that it must not have, or one that cannot be told for certain,
    which is a fault of its own where it is only for people to read.
    """
    if any(c < " " or "\x7f" <= c <= "\x9f" for c in text):
        return "character_invalid"
    if "\ufffd" in text or (windows and not _WINDOWS.isdisjoint(text)):
        return "character_doubtful" if read_by_people else "character_invalid"
    return ""
