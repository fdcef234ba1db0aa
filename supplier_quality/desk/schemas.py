"""The forms of signing in, of one's own account and of users."""

from marshmallow import Schema, ValidationError, validates_schema

from supplier_quality.identity.enums import Role, Scope
from supplier_quality.language import LANGUAGES, _
from supplier_quality.web import fields

ROLES = tuple(role.value for role in Role)
SCOPES = tuple(scope.value for scope in Scope)


class SignInForm(Schema):
    email = fields.Text(required=True, max_length=254)
    password = fields.Password(required=True, max_length=256)


class CodeForm(Schema):
    code = fields.Text(required=True, max_length=32)


class _NewPassword(Schema):
    new_password = fields.Password(required=True, max_length=256)
    repeated_password = fields.Password(required=True, max_length=256)

    @validates_schema
    def check_repeated(self, data: dict[str, str], **_more: object) -> None:
        if data.get("new_password") != data.get("repeated_password"):
            raise ValidationError(str(_("This is not the same as above.")), "repeated_password")


class ChoosePasswordForm(_NewPassword):
    token = fields.Text(required=True, max_length=100)


class ChangePasswordForm(_NewPassword):
    present_password = fields.Password(required=True, max_length=256)


class ProfileForm(Schema):
    name = fields.Text(required=True, max_length=200)
    language = fields.Choice(LANGUAGES, required=True)
    time_zone = fields.Text(required=True, max_length=64)


class TokenForm(Schema):
    name = fields.Text(required=True, max_length=100)
    scopes = fields.Choices(SCOPES)
    expires_on = fields.Date(required=True)


class DeputyForm(Schema):
    deputy = fields.Integer(required=True)
    role = fields.Choice(ROLES, required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)


class InviteForm(Schema):
    name = fields.Text(required=True, max_length=200)
    email = fields.Email(required=True)
    roles = fields.Choices(ROLES)
    language = fields.Choice(LANGUAGES, required=True)


class RolesForm(Schema):
    roles = fields.Choices(ROLES)
