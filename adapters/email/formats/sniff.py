"""What an attachment is, by its first bytes; its name and declared type only add suspicion."""

from __future__ import annotations

import io
import re
import zipfile

from adapters.email.limits import Limits, MailTooLarge
from adapters.email.mail.mime import Leaf

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"MZ", "executable"),
    (b"\x7fELF", "executable"),
    (b"#!", "executable"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"BM", "image"),
    (b"RIFF", "image"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"{\\rtf", "rtf"),
    (b"AC10", "drawing"),
    (b"ISO-10303-21", "drawing"),
    (b"Rar!", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"\x1f\x8b", "packed"),
    (b"BEGIN:VCALENDAR", "calendar"),
    (b"BEGIN:VCARD", "card"),
)
_DANGEROUS = re.compile(
    r"\.(?:exe|com|scr|pif|bat|cmd|js|jse|vbs|vbe|wsf|wsh|hta|lnk|iso|img|jar|ps1|msi|dll|cpl|reg|xll|xlsm|xlsb|docm)$",
    re.IGNORECASE,
)


def kind_of(leaf: Leaf, limits: Limits) -> str:
    """``pdf``, ``workbook``, ``edi``, ``table``, ``text``, ``html``, ``image``…, or ``unknown``."""
    content = leaf.content
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"PK\x03\x04"):
        return _packed(content, limits)
    found = next((kind for magic, kind in _MAGIC if content.startswith(magic) or start.startswith(magic)), "")
    if found != "image" and _DANGEROUS.search(leaf.filename.strip()):
        return "executable"
    if found:
        return found
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if re.match(rb"ISA[^A-Za-z0-9]|UNA.{6}\s*UNB|UNB[+]", start, re.DOTALL):
        return "edi"
    if "signature" in leaf.content_type:
        return "signature"
    if "pkcs7-mime" in leaf.content_type or "encrypted" in leaf.content_type:
        return "encrypted"
    if re.match(rb"<(?:!doctype html|html)", start, re.IGNORECASE):
        return "html"
    if re.match(rb"<\?xml|<[A-Za-z]", start):
        return "html" if leaf.content_type == "text/html" else "xml"
    return _text_kind(leaf)


def _text_kind(leaf: Leaf) -> str:
    wide = leaf.content.startswith((b"\xff\xfe", b"\xfe\xff")) or leaf.content[:200].count(0) > 20
    if not wide and b"\x00" in leaf.content[:4096]:
        return "unknown"
    head = [line for line in leaf.text.replace("\x00", "").splitlines()[:20] if line.strip()]
    if any(max(line.count(mark) for mark in ",;\t|") >= 2 for line in head) and not _is_prose(head):
        return "table"
    return "text"


def _is_prose(head: list[str]) -> bool:
    return all(not re.search(r"[;\t|]", line) and (line.count(", ") == line.count(",")) for line in head)


def _packed(content: bytes, limits: Limits) -> str:
    """What kind of ZIP this is, after checking what it says to unpack to."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "broken"
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if (
        size > limits.unpacked_bytes
        or len(members) > 2000
        or (size > 1_000_000 and size / packed > limits.unpacked_ratio)
    ):
        raise MailTooLarge(f"an attachment unpacks to {size} bytes", where="unpacked")
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        return "macros"
    if any(name.startswith("xl/workbook.") for name in names):
        return "workbook" if "xl/workbook.xml" in names else "packed"
    return "document" if any(name.startswith("word/") for name in names) else "packed"
