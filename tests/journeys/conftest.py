"""Journeys are walked in the browser on the running product, or page by page where no script is needed."""

from tests.browser.conftest import chromium, site
from tests.suppliers.conftest import add_user, app, client, ready, signed_in

__all__ = ["add_user", "app", "chromium", "client", "ready", "signed_in", "site"]
