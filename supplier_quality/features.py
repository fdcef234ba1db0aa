"""Read this file first: what the product is made of, and where each part has its doors.

A part is one :class:`Feature`; its doors are named as dotted paths and imported only by who needs them, so that the
command line does not import pages and a worker does not import routes.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from supplier_quality import resources, trail
from supplier_quality.config import Settings
from supplier_quality.engine.definitions.folder import load_folder
from supplier_quality.engine.provided import check_facts
from supplier_quality.engine.registry import registry
from supplier_quality.engine.store import check_files, store_files
from supplier_quality.engine.subject import Subject
from supplier_quality.persistence import Database
from supplier_quality.portal.tasks import register_task


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One part of the product.

    Every field but ``name`` is the dotted path of a module, by what it exposes:

    ``models`` tables · ``subjects`` the tables that the engine moves, as ``module:Class`` · ``kinds`` rule file kinds,
    registered on import · ``contacts`` a ContactDirectory, registered on import · ``facts`` FACTS ·
    ``effects`` EFFECTS · ``acts`` ACTS of policies · ``routes`` blueprint of pages · ``api`` blueprint of JSON · ``portal`` blueprints
    of supplier pages · ``tasks`` TASKS that contacts do there · ``commands`` commands and imports · ``jobs`` JOBS.
    """

    name: str
    models: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    facts: str | None = None
    effects: str | None = None
    acts: str | None = None
    kinds: str | None = None
    contacts: str | None = None
    routes: str | None = None
    api: str | None = None
    portal: str | None = None
    tasks: str | None = None
    commands: str | None = None
    jobs: str | None = None


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="persistence", models=("supplier_quality.persistence.numbers", "supplier_quality.persistence.attempts")
    ),
    Feature(name="trail", models=("supplier_quality.trail.models",)),
    Feature(
        name="outbox",
        models=(
            "supplier_quality.outbox.models",
            "supplier_quality.outbox.heartbeat",
            "supplier_quality.outbox.jobs",
        ),
    ),
    Feature(
        name="identity",
        models=(
            "supplier_quality.identity.models",
            "supplier_quality.identity.link_models",
            "supplier_quality.identity.feeds",
        ),
    ),
    Feature(
        name="engine",
        models=("supplier_quality.engine.models",),
        effects="supplier_quality.engine.effects",
    ),
    Feature(
        name="mail",
        models=("supplier_quality.mail.models",),
        effects="supplier_quality.mail.handlers",
        jobs="supplier_quality.mail.jobs",
    ),
    Feature(name="documents", models=("supplier_quality.documents.models",), jobs="supplier_quality.documents.jobs"),
    Feature(
        name="portal",
        models=("supplier_quality.portal.models",),
        portal="supplier_quality.portal.routes",
        jobs="supplier_quality.portal.jobs",
    ),
    Feature(
        name="parts",
        models=("supplier_quality.parts.models",),
        kinds="supplier_quality.parts.special_processes",
        routes="supplier_quality.parts.routes",
        api="supplier_quality.parts.api",
    ),
    Feature(
        name="suppliers",
        models=("supplier_quality.suppliers.models", "supplier_quality.suppliers.bulk.models"),
        subjects=("supplier_quality.suppliers.models:Supplier",),
        facts="supplier_quality.suppliers.facts",
        effects="supplier_quality.suppliers.effects",
        contacts="supplier_quality.suppliers.contacts",
        tasks="supplier_quality.suppliers.portal",
        routes="supplier_quality.suppliers.routes",
        api="supplier_quality.suppliers.api",
        commands="supplier_quality.suppliers.commands",
        jobs="supplier_quality.suppliers.jobs",
    ),
    Feature(
        name="scope",
        models=("supplier_quality.suppliers.scope.models",),
        subjects=("supplier_quality.suppliers.scope.models:ScopeLine",),
        facts="supplier_quality.suppliers.scope.facts",
        effects="supplier_quality.suppliers.scope.mails",
        acts="supplier_quality.suppliers.scope.acts",
        routes="supplier_quality.suppliers.scope.routes",
        api="supplier_quality.suppliers.scope.api",
    ),
    Feature(
        name="approved suppliers",
        effects="supplier_quality.suppliers.approved.documents",
        routes="supplier_quality.suppliers.approved.routes",
        api="supplier_quality.suppliers.approved.api",
    ),
    Feature(
        name="certificates",
        models=("supplier_quality.suppliers.certificates.models",),
        subjects=("supplier_quality.suppliers.certificates.models:Certificate",),
        facts="supplier_quality.suppliers.certificates.facts",
        effects="supplier_quality.suppliers.certificates.effects",
        acts="supplier_quality.suppliers.certificates.acts",
        tasks="supplier_quality.suppliers.certificates.portal",
        routes="supplier_quality.suppliers.certificates.routes",
        api="supplier_quality.suppliers.certificates.api",
    ),
    Feature(
        name="qualification",
        models=("supplier_quality.suppliers.qualification.models",),
        subjects=("supplier_quality.suppliers.qualification.models:QualificationStep",),
        facts="supplier_quality.suppliers.qualification.facts",
        effects="supplier_quality.suppliers.qualification.mails",
        routes="supplier_quality.suppliers.qualification.routes",
        api="supplier_quality.suppliers.qualification.api",
    ),
    Feature(
        name="development",
        models=("supplier_quality.suppliers.development.models",),
        subjects=(
            "supplier_quality.suppliers.development.models:DevelopmentPlan",
            "supplier_quality.suppliers.development.models:Milestone",
        ),
        kinds="supplier_quality.suppliers.development.ladder",
        facts="supplier_quality.suppliers.development.facts",
        effects="supplier_quality.suppliers.development.mails",
        routes="supplier_quality.suppliers.development.routes",
        api="supplier_quality.suppliers.development.api",
    ),
    Feature(
        name="full-text search",
        models=("supplier_quality.suppliers.fulltext.models",),
        routes="supplier_quality.suppliers.fulltext.routes",
        jobs="supplier_quality.suppliers.fulltext.jobs",
    ),
    Feature(
        name="questionnaires",
        models=("supplier_quality.suppliers.questionnaires.models",),
        subjects=("supplier_quality.suppliers.questionnaires.models:Questionnaire",),
        kinds="supplier_quality.suppliers.questionnaires.kind",
        facts="supplier_quality.suppliers.questionnaires.facts",
        effects="supplier_quality.suppliers.questionnaires.mails",
        tasks="supplier_quality.suppliers.questionnaires.portal",
        portal="supplier_quality.suppliers.questionnaires.portal_routes",
        routes="supplier_quality.suppliers.questionnaires.routes",
        api="supplier_quality.suppliers.questionnaires.api",
    ),
    Feature(
        name="directed sources",
        models=("supplier_quality.suppliers.directed.models",),
        facts="supplier_quality.suppliers.directed.facts",
        routes="supplier_quality.suppliers.directed.routes",
    ),
    Feature(
        name="notes on suppliers",
        models=("supplier_quality.suppliers.notes.models",),
        routes="supplier_quality.suppliers.notes.routes",
    ),
    Feature(
        name="document bank",
        models=("supplier_quality.suppliers.document_bank.models",),
        subjects=("supplier_quality.suppliers.document_bank.models:SupplierDocument",),
        kinds="supplier_quality.suppliers.document_bank.types",
        facts="supplier_quality.suppliers.document_bank.facts",
        effects="supplier_quality.suppliers.document_bank.effects",
        tasks="supplier_quality.suppliers.document_bank.portal",
        routes="supplier_quality.suppliers.document_bank.routes",
        api="supplier_quality.suppliers.document_bank.api",
    ),
    Feature(
        name="special processes",
        models=("supplier_quality.suppliers.special_processes.models",),
        subjects=("supplier_quality.suppliers.special_processes.models:ProcessAssessment",),
        facts="supplier_quality.suppliers.special_processes.facts",
        effects="supplier_quality.suppliers.special_processes.effects",
        tasks="supplier_quality.suppliers.special_processes.portal",
        routes="supplier_quality.suppliers.special_processes.routes",
        api="supplier_quality.suppliers.special_processes.api",
    ),
    Feature(
        name="calculator",
        routes="supplier_quality.calculator.routes",
        api="supplier_quality.calculator.sampling_api",
        commands="supplier_quality.calculator.commands",
    ),
    Feature(name="sampling design", api="supplier_quality.calculator.sampling_design_api"),
    Feature(name="statistics", api="supplier_quality.calculator.stats_api"),
    Feature(name="measurement systems", api="supplier_quality.calculator.msa_api"),
    Feature(name="web", models=("supplier_quality.web.models",), jobs="supplier_quality.web.jobs"),
    Feature(
        name="desk",
        models=("supplier_quality.desk.models",),
        effects="supplier_quality.desk.background",
        routes="supplier_quality.desk.routes",
        jobs="supplier_quality.desk.jobs",
    ),
)


_DOORS = {field.name for field in fields(Feature)} - {"name", "models", "subjects"}


def modules(door: str) -> list[ModuleType]:
    """The modules that all features name for one door, such as ``routes``, imported in the order of FEATURES."""
    assert door in _DOORS, door
    paths = (getattr(feature, door) for feature in FEATURES)
    return [module for path in paths if path and (module := _present(path))]


@cache
def import_models() -> None:
    """Import every table, so that the metadata is complete."""
    for feature in FEATURES:
        for path in feature.models:
            import_module(path)


@cache
def load_runtime() -> None:
    """Register what records need to move: rule file kinds, tables, facts, effects, acts of policies, contacts."""
    import_models()
    modules("kinds")
    modules("contacts")
    for feature in FEATURES:
        for subject in feature.subjects:
            registry.add_subject(_named(subject))
    for module in modules("facts"):
        for provider in module.FACTS:
            registry.add_fact(provider)
    for module in modules("effects"):
        registry.add_effects(module.EFFECTS)
    for module in modules("acts"):
        registry.add_acts(module.ACTS)
    for module in modules("tasks"):
        for task in module.TASKS:
            register_task(task)


def effect_names() -> frozenset[str]:
    """The effects a rule file may name: those that some part of the product carries out."""
    return frozenset(name for module in modules("effects") for name in module.EFFECTS)


def subjects() -> dict[str, type[Subject]]:
    """The tables of records that the engine moves, by kind."""
    load_runtime()
    return registry.subjects


def open_database(settings: Settings) -> Database:
    """The database of these settings; its sessions carry the settings and the keys of the trail."""
    load_runtime()
    keys = trail.Keys(active=settings.trail_key_id, keys=dict(settings.trail_keys))
    return Database(settings.database_url, info={"settings": settings, "trail_keys": keys})


def load_rules(database: Database, settings: Settings, *, at: datetime) -> tuple[str, ...]:
    """Put the rule files in force; the names of those that are new or have a new version.

    Raises what is wrong with any of them, and ChangedWithoutVersion for content that changed under the same version;
    then the ones in force stay.
    """
    load_runtime()
    catalogue = load_folder(resources.workflows(), settings.workflows_dir, known_effects=frozenset(registry.effects))
    check_facts(catalogue.processes.values())
    with database.write() as session:
        new = store_files(session, catalogue.files, at=at)
        return tuple(f"{row.kind} {row.name} {row.version}" for row in new)


def check_rules(database: Database, settings: Settings) -> int:
    """How many rule files :func:`load_rules` would put in force. Raises what it would raise, and writes nothing."""
    load_runtime()
    catalogue = load_folder(resources.workflows(), settings.workflows_dir, known_effects=frozenset(registry.effects))
    check_facts(catalogue.processes.values())
    with database.read() as session:
        check_files(session, catalogue.files)
    return len(catalogue.files)


def _named(path: str) -> Any:
    """What stands under ``module:Name``."""
    module, _colon, name = path.partition(":")
    return getattr(import_module(module), name)


def _present(path: str) -> ModuleType | None:
    # While the parts are written side by side a door may be named before its module is there; tests/test_features.py
    # fails on it.
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        return None
