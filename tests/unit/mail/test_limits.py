"""Mails made to exhaust the hub: each is answered for in seconds and within its memory."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import openpyxl
import pytest

from adapters.email import EmailReader
from adapters.email.isolation.reader import IsolatedReader
from adapters.email.limits import DEFAULT
from tests.unit.mail.support import DATA, context

SECONDS, MEMORY = 5.0, 300_000_000
XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def bomb(unpacked: int) -> bytes:
    """A workbook of little size whose one sheet unpacks to so many bytes."""
    row = b"<row><c t='inlineStr'><is><t>x</t></is></c></row>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr(
            "[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
        )
        packed.writestr("xl/workbook.xml", "<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(unpacked // (len(row) * 10_000)):
                sheet.write(row * 10_000)
            sheet.write(b"</sheetData></worksheet>")
    return made.getvalue()


def plain(text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "mquill@larkspur-conveyors.example", "orders@metalworks.example"
    mail["Subject"], mail["Message-ID"] = "PO 77120", "<one@larkspur-conveyors.example>"
    mail.set_content(text)
    return mail


def with_bomb() -> bytes:
    mail, workbook = plain("Our order is attached."), bomb(200_000_000)
    assert len(workbook) < 1_500_000
    mail.add_attachment(workbook, "application", XLSX, filename="order.xlsx")
    return mail.as_bytes()


def with_large_body() -> bytes:
    return plain("10 pcs WIDGET at 4.00 USD, needed 2027-02-03\n" * 230_000).as_bytes()


def with_large_header() -> bytes:
    mail = plain("10 pcs WIDGET at 4.00 USD").as_bytes()
    return b"".join(b"X-Filler-%d: %s\n" % (n, b"x" * 900) for n in range(230)) + mail


def deeply_nested() -> bytes:
    mail: Message = MIMEText("10 pcs WIDGET at 4.00 USD")
    for _ in range(120):
        outer = MIMEMultipart()
        outer.attach(mail)
        mail = outer
    mail["From"], mail["Subject"] = "mquill@larkspur-conveyors.example", "PO 77120"
    return mail.as_bytes()


def peak_memory(pid: int | None) -> int:
    """The most bytes that the process has had in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


@pytest.fixture
def isolated() -> Iterator[IsolatedReader]:
    reader = IsolatedReader(EmailReader())
    yield reader
    reader.close()


@pytest.mark.parametrize("hostile", [with_bomb, with_large_body, with_large_header, deeply_nested])
def test_a_mail_made_to_exhaust_goes_to_a_person_within_5_seconds_and_300_megabytes(
    isolated: IsolatedReader, hostile: Callable[[], bytes]
) -> None:
    raw = hostile()
    assert isolated.read((DATA / "larkspur-po.eml").read_bytes(), "good.eml", context()).intent == "new_po"

    started = time.monotonic()
    reading = isolated.read(raw, "hostile.eml", context())
    seconds, memory = time.monotonic() - started, peak_memory(isolated.pids[0])

    print(f"{hostile.__name__}: {len(raw):,} bytes, {seconds:.2f} s, {memory / 1e6:.0f} MB")
    assert reading.disposition == "quarantine"
    assert {each.code for each in reading.findings} & {"limit_exceeded", "attachment_packed"}
    assert seconds < SECONDS
    assert 0 < memory < MEMORY


LINE = "10 pcs WIDGET at 4.00 USD, needed 2027-02-03\n"
ROW = "<tr><td>10</td><td>WIDGET</td><td>4.00 USD</td></tr>"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (LINE * (DEFAULT.text_lines + 1), "plain"),
        (LINE + "x" * DEFAULT.line_characters + " but only if it costs 3.00\n", "plain"),
        (f"<table>{ROW * (DEFAULT.rows + 1)}</table>", "html"),
        (f"<table>{ROW}<tr>{'<td></td>' * DEFAULT.columns}<td>only if it costs 3.00</td></tr></table>", "html"),
        (f"{ROW}<p>{'x ' * DEFAULT.line_characters} only if it costs 3.00</p>", "html"),
    ],
)
def test_half_of_a_text_is_never_taken_for_the_whole(content: str, kind: str) -> None:
    mail = plain("")
    mail.set_content(content, subtype=kind)
    reading = EmailReader().read(mail.as_bytes(), "long.eml", context())
    assert (reading.disposition, [each.code for each in reading.findings]) == ("quarantine", ["limit_exceeded"])
    assert not reading.messages


def test_rows_far_down_a_sheet_are_not_left_out_silently() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["part", "quantity", "price", "date"])
    sheet.append(["X-100", 10, 4.0, "2027-02-03"])
    sheet.cell(DEFAULT.rows + 5, 1, "X-200")
    content = io.BytesIO()
    book.save(content)
    mail = plain("Our order is attached.")
    mail.add_attachment(content.getvalue(), "application", XLSX, filename="order.xlsx")
    reading = EmailReader().read(mail.as_bytes(), "long.eml", context())
    assert "limit_exceeded" in {each.code for each in reading.findings}


@pytest.mark.parametrize("kind", ["workbook", "csv"])
@pytest.mark.parametrize("far", [DEFAULT.columns, DEFAULT.columns + 1, DEFAULT.columns + 30])
def test_columns_far_to_the_right_are_not_left_out_silently(kind: str, far: int) -> None:
    rows = [["part", "quantity", "unit", "price", "date"], ["X-100", "10", "EA", "4.00", "2027-02-03"]]
    rows[1] += [""] * (far - 1 - len(rows[1])) + ["only if it costs 3.00"]
    content = io.BytesIO()
    if kind == "workbook":
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append([each or None for each in row])
        book.save(content)
    else:
        content.write("\r\n".join(",".join(row) for row in rows).encode())
    mail = plain("Our order PO 4711-99 is attached.")
    types = {"workbook": ("application", XLSX, "order.xlsx"), "csv": ("text", "csv", "order.csv")}
    main, sub, name = types[kind]
    mail.add_attachment(content.getvalue(), main, sub, filename=name)
    reading = EmailReader().read(mail.as_bytes(), "wide.eml", context())
    assert reading.disposition == "quarantine"
    assert ("limit_exceeded" in {each.code for each in reading.findings}) is (far > DEFAULT.columns)
