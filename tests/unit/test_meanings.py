"""The meaning of a field is what stands below it in the code."""

from __future__ import annotations

import subprocess
import sys

from pydantic import BaseModel

from hub.meanings import meanings


class Part(BaseModel):
    weight: int
    """in kilograms,
    with its package"""
    colour: str
    price: int
    """of one piece"""


class Sheet(Part):
    price: int
    thickness: int
    """in millimetres"""


def test_a_field_means_what_stands_below_it_where_it_was_declared_last() -> None:
    assert meanings(Part) == {"weight": "in kilograms,\nwith its package", "price": "of one piece"}
    assert meanings(Sheet) == {"weight": "in kilograms,\nwith its package", "thickness": "in millimetres"}


def test_a_process_that_reads_mails_builds_no_message_and_loads_no_format_before_it_needs_it() -> None:
    look = (
        "import sys, adapters.email.reader; from hub.messages.catalogue import MESSAGES;"
        "print({'openpyxl', 'pdfplumber'} & sys.modules.keys(),"
        "[name for name, model in MESSAGES.items() if model.__pydantic_complete__])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "set() []\n"
