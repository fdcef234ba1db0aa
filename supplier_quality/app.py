"""Where the web application is joined from its parts."""

from typing import Any

from flask import Flask

from supplier_quality import features, logs
from supplier_quality.config import Settings, load_settings
from supplier_quality.persistence import Database
from supplier_quality.web import api, guard
from supplier_quality.web.application import create_app_base


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The application with the doors of every feature.

    Without arguments, as a WSGI server calls it, the settings come from the environment. Raises Misconfigured.
    """
    if settings is None:
        settings = load_settings()
        logs.configure(level=settings.log_level, as_json=settings.log_json)
    features.load_runtime()
    database = database or features.open_database(settings)
    _let_workers_hear(database)
    app = create_app_base(settings, database)
    for door in ("routes", "portal"):
        for module in features.modules(door):
            _register_all(app, module)
    for module in features.modules("api"):
        api.register(app, module.blueprint)
    guard.check_every_view(app)
    return app


def _let_workers_hear(database: Database) -> None:
    """With PostgreSQL, workers are other processes: tell them of what was just committed."""
    if not database.is_sqlite and "wake_workers" not in database.info:
        from supplier_quality.outbox.calling import caller

        database.info["wake_workers"] = caller(database)


def _register_all(app: Flask, module: Any) -> None:
    """A door names its pages ``blueprint``, or several of them ``blueprints``."""
    for blueprint in module.blueprints if hasattr(module, "blueprints") else (module.blueprint,):
        app.register_blueprint(blueprint)
