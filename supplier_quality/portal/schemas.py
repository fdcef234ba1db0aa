"""Forms of the supplier's pages that belong to no process."""

from marshmallow import Schema

from supplier_quality.web import fields


class CodeForm(Schema):
    token = fields.Text(max_length=200)
    code = fields.Text(required=True, max_length=64)


class SignForm(Schema):
    sha256 = fields.Text(required=True, max_length=64)
    typed_name = fields.Text(required=True, max_length=200)
    code = fields.Text(required=True, max_length=64)


class HandOnForm(Schema):
    colleague = fields.Text(max_length=40)
    name = fields.Text(max_length=120)
    email = fields.Text(max_length=254)
