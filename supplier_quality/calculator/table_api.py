"""The table that a program sends to a study: by its columns, where rows count from 1, or as a text, where they are its lines
and the header is 1.
"""

from typing import Any

from marshmallow import fields, validate

from supplier_quality.calculator.numbers import Decimal
from supplier_quality.calculator.tables import Table, table_of_columns, table_of_text
from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import _
from supplier_quality.web.api import ApiSchema

MOST_CELLS = 200_000
"""Of one column."""
MOST_LETTERS = 5_000_000


class TableGiven(ApiSchema):
    """The data, as ``columns`` or as ``text``."""

    columns = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Raw(allow_none=True), validate=validate.Length(max=MOST_CELLS)),
        metadata={"description": "Cells by column: numbers, texts, null for an empty cell"},
    )
    text = fields.String(
        validate=validate.Length(max=MOST_LETTERS),
        metadata={"description": "A table with a header as it is pasted from a spreadsheet"},
    )
    decimal = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([sign.value for sign in Decimal])
    )


def take_table(given: dict[str, Any]) -> Table:
    """Takes the table out of what was given; the rest stays. Raises BadInput."""
    cells, text, decimal = given.pop("columns", None), given.pop("text", None), given.pop("decimal")
    if (cells is None) == (text is None):
        problem = _("Data are given as columns or as a text.")
        raise BadInput(problem, (Problem(problem, _("Send one of the two."), column="columns"),))
    if cells is not None:
        return table_of_columns(cells)
    return table_of_text(text, decimal=Decimal(decimal) if decimal else None)
