"""Programs with a token, on an empty database."""

from tests.parts.conftest import add_user, app, call, client, signed_in

__all__ = ["add_user", "app", "call", "client", "signed_in"]
