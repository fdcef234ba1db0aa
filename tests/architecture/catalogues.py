"""The sentences of the product, and bringing the catalogues up to date with them: ``make messages``."""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from supplier_quality import features
from supplier_quality.engine.definitions import load_rule_file
from supplier_quality.engine.definitions.kinds import humanise
from supplier_quality.engine.definitions.model import Process
from supplier_quality.language import DEFAULT, LANGUAGES
from supplier_quality.mail.enums import TaskKind
from supplier_quality.suppliers.enums import LinkPurpose
from tests.architecture.source import PACKAGE, ROOT

TRANSLATIONS = PACKAGE / "translations"
_HEAD = "# The texts of Supplier Quality in another language; docs/translations.md says how they are kept."

# What click says by itself, in its own spelling of places.
_OF_CLICK = (
    "Usage:", "Options", "Show this message and exit.", "Show the version and exit.", "%(prog)s, version %(version)s",
    "Try '{command} {option}' for help.", "Error: {message}", "Invalid value for {param_hint}: {message}",
    "Invalid value: {message}", "Missing argument", "Missing option", "Missing command.", "No such command {name!r}.",
    "No such option {name!r}.", "Option {name!r} does not take a value.", "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a directory.", "{name} {filename!r} is a file.", "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.", "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.", "default: {default}", "Choose from:\n\t{choices}",
    "file", "directory", "path", "required", "Aborted!",
)  # fmt: skip


def catalogue_path(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """Every sentence in the code and the templates, with the files it stands in."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(charset="utf-8", project="supplier-quality")
    sentences = extract_from_dir(str(ROOT), methods, options, keywords={"_": None, "gettext": None, "ngettext": (1, 2)})
    for name, _line, message, comments, context in sentences:
        found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    for sentence in _OF_CLICK:
        found.add(sentence, None, [("supplier_quality/console.py", 0)])
    for path, word in _names():
        found.add(word, None, [(path.relative_to(ROOT).as_posix(), 0)])
    return found


def _names() -> Iterator[tuple[Path, str]]:
    """Names without a text of their own that people read spelled out: of mails, and of parts of shipped workflows."""
    features.modules("kinds")
    yield from ((PACKAGE / "mail" / "enums.py", kind.replace("_", " ")) for kind in TaskKind)
    yield from ((PACKAGE / "suppliers" / "enums.py", humanise(purpose)) for purpose in LinkPurpose)
    mails = ROOT / "templates" / "mails"
    for path in sorted(mails.rglob("*.txt")):
        if path.stem not in ("base", "parts"):
            yield path, humanise(path.stem)
    features.modules("kinds")
    for path in sorted((ROOT / "workflows").rglob("*.yaml")):
        process = load_rule_file(path.read_text(encoding="utf-8"), file=path.name).content
        if not isinstance(process, Process):
            continue
        effects = {effect.name for action in process.actions.values() for effect in action.effects}
        for timer in process.timers:
            effects.add(timer.effect or "")
            yield path, humanise(timer.id)
            if timer.at:
                yield path, timer.at.rpartition(".")[2].replace("_", " ")
        for effect in sorted(effects):
            if effect.startswith("mail."):
                yield path, effect.removeprefix("mail.").replace("_", " ")


def read(language: str) -> Catalog:
    return read_po(BytesIO(catalogue_path(language).read_bytes()), locale=language)


def update() -> None:
    """Add new sentences without translation and drop those no longer used; nothing is guessed."""
    template = extract()
    for language in LANGUAGES:
        if language == DEFAULT:
            continue
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read(language) if path.exists() else Catalog(locale=language, charset="utf-8")
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.header_comment = _HEAD
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, sort_output=True, no_location=True, omit_header=False)


if __name__ == "__main__" and "--update" in sys.argv:
    update()
