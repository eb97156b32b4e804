"""Files of two bytes per character, brought into UTF-8 before anything else looks at them."""

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
