"""The same fifty suppliers by a usual Django page: signed in, middlewares, ORM, template. ``BENCH_ROWS`` is our database file.

Sessions and accounts are in a file of its own, ``BENCH_ACCOUNTS``; ``prepare`` makes it and answers a session's key.
"""

import os
from typing import Any

import django
from django.conf import settings

_TEMPLATE = """\
{% load i18n %}<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{% trans "Suppliers" %}</title></head>
<body><header>{{ user.username }} <form method="post" action="/sign-out">{% csrf_token %}<button>{% trans "Sign out" %}</button></form></header>
<table class="table"><thead><tr><th>{% trans "Number" %}</th><th>{% trans "Name" %}</th><th>{% trans "State" %}</th>
<th>{% trans "Country" %}</th><th>{% trans "Key" %}</th><th>{% trans "Changed" %}</th></tr></thead><tbody>
{% for supplier in suppliers %}<tr><td><a href="/suppliers/{{ supplier.number }}">{{ supplier.number }}</a></td>
<td><a href="/suppliers/{{ supplier.number }}">{{ supplier.name }}</a></td><td><span class="badge">{{ supplier.state }}</span></td>
<td>{{ supplier.country|default:"" }}</td><td>{{ supplier.source_key|default:"" }}</td><td>{{ supplier.changed_at }}</td></tr>
{% endfor %}</tbody></table></body></html>
"""

settings.configure(
    SECRET_KEY="benchmark",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_ACCOUNTS"], "CONN_MAX_AGE": None},
        "rows": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_ROWS"], "CONN_MAX_AGE": None},
    },
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"list.html": _TEMPLATE})],
                    )
                ],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                ],
            },
        }
    ],
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Supplier(models.Model):
    """Our table as Django sees it."""

    number = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    state = models.CharField(max_length=40)
    country = models.CharField(max_length=2, null=True)
    source_key = models.CharField(max_length=80, null=True)
    changed_at = models.CharField(max_length=40)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "supplier"


@login_required
def supplier_list(request: Any) -> Any:
    suppliers = Supplier.objects.using("rows").order_by("name_key", "id")[:50]
    return render(request, "list.html", {"suppliers": suppliers})


urlpatterns = [path("suppliers", supplier_list)]
application = get_wsgi_application()


def prepare() -> str:
    """Make the accounts and sign one in."""
    from importlib import import_module

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("anna", password="violet kettle marching otter 47")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    print(prepare())
