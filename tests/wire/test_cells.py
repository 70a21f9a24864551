"""What people typed is no formula in a spreadsheet, and comes back from CSV as it was."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.wire.cells import cell, table


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "＝1"])
def test_what_would_be_a_formula_is_text(typed: str) -> None:
    assert cell(typed) == f"'{typed}"


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-5, Decimal("-1.50"), 0, None, "plain")] == ["-5", "-1.50", "0", "", "plain"]


@given(st.text())
def test_no_cell_begins_as_a_formula_does(typed: str) -> None:
    assert not cell(typed).lstrip().startswith(("=", "+", "-", "@"))


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])), min_size=2))
def test_a_table_is_read_as_it_was_written(row: list[str]) -> None:
    written = table(["a"] * len(row), [row]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [cell(value) for value in row]
