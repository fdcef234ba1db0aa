"""The forms of the desk's own pages."""

from marshmallow import Schema

from supplier_quality.web import fields


class ActForm(Schema):
    """An action taken with one click from a row of My work."""

    kind = fields.Text(required=True, max_length=40)
    number = fields.Text(required=True, max_length=32)
    action = fields.Text(required=True, max_length=80)


class DismissForm(Schema):
    """Why a failed effect need not be delivered any more."""

    reason = fields.Text(required=True, max_length=1000, min_length=3)


class MigrateForm(Schema):
    """That the plan was read and shall be carried out."""

    to_version = fields.Integer(required=True, lowest=1)
    records = fields.Integer(required=True, lowest=0)
    sure = fields.Flag()


class RecordForm(Schema):
    """One record, by kind and number or id."""

    kind = fields.Text(required=True, max_length=40)
    id = fields.Integer(required=True)
