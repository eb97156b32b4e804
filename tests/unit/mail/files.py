"""Attachments for the tests, made as they are needed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP

import openpyxl  # type: ignore[import-untyped]

from tests.unit.mail.support import DOMAINS

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def with_files(locale: str, subject: str, body: str, *files: tuple[bytes, str, str], html: str = "") -> bytes:
    """A mail with attachments: content, type, file name."""
    message = EmailMessage(policy=SMTP)
    message["Authentication-Results"] = f"mx.metalworks.example; dmarc=pass header.from={DOMAINS[locale]}"
    message["From"] = f"buyer@{DOMAINS[locale]}"
    message["To"] = "orders@metalworks.example"
    message["Subject"] = subject
    message["Message-ID"] = "<f1@mail.example>"
    if body:
        message.set_content(body)
    if html and body:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    for content, kind, name in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """A workbook, filled by a function."""
    book = openpyxl.Workbook()
    fill(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bomb(size: int) -> bytes:
    """A workbook that unpacks to so many zeros."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return target.getvalue()


def pdf(pages: Sequence[Sequence[tuple[int, int, str]]], ruled: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """A PDF with texts at places (x, y from the bottom) and, on each page, lines."""
    objects: list[bytes] = []
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for number, page in enumerate(pages):
        drawn = "".join(f"{x0} {y0} m {x1} {y1} l S\n" for x0, y0, x1, y1 in ruled)
        texts = "".join(f"BT /F1 9 Tf {x} {y} Td ({_escaped(text)}) Tj ET\n" for x, y, text in page)
        stream = (drawn + texts).encode("cp1252")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"endstream")
    content = b"%PDF-1.4\n"
    offsets = []
    for number, item in enumerate(objects, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n".encode() + item + b"\nendobj\n"
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{offset:010} 00000 n \n" for offset in offsets
    )
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    return content + table.encode() + end.encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
