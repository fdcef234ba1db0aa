"""Every sentence is there in every language."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from supplier_quality import features
from supplier_quality.engine.definitions import RuleFile, load_rule_file
from supplier_quality.language import DEFAULT, LANGUAGES, Message, Text
from tests.architecture import bare_words, catalogues
from tests.architecture.source import ROOT, where

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
_PLACE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_without_a_translation(language: str) -> None:
    translated = catalogues.read(language)
    missing = []
    for message in catalogues.extract():
        if not message.id:
            continue
        known = translated.get(message.id, message.context)
        if known is None or known.fuzzy or not (all(known.string) if isinstance(known.string, tuple) else known.string):
            missing.append(message.id)
    assert missing == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_the_places_for_values(language: str) -> None:
    wrong = []
    for message in catalogues.read(language):
        # The last form of a plural names every value; the singular may say "one" instead.
        places = sorted(_PLACE.findall(_forms(message.id)[-1]))
        wrong += [text for text in _forms(message.string) if text and sorted(_PLACE.findall(text)) != places]
    assert wrong == []


def _forms(text: object) -> list[str]:
    """One text, or those of a plural."""
    return [str(form) for form in text] if isinstance(text, tuple | list) else [str(text or "")]


@pytest.mark.parametrize("language", OTHERS)
def test_translations_hold_no_percent_sign_that_is_no_place(language: str) -> None:
    """Such a sentence cannot be filled with its values."""
    wrong = [
        message.id
        for message in catalogues.read(language)
        if _PLACE.search(str(message.id)) and "%" in _PLACE.sub("", str(message.string))
    ]
    assert wrong == []


def test_chinese_has_the_marks_of_chinese() -> None:
    """Full-width commas, colons and brackets in Chinese text, and no blank after a full stop."""
    marks = re.compile(
        r"[\u4e00-\u9fff][,;:?!](?![\w/])|[\u4e00-\u9fff]\(|。 |[\u4e00-\u9fff]\.$|[\u4e00-\u9fff]\.\.\."
    )
    texts = [str(message.string) for message in catalogues.read("zh") if message.id]
    assert [text for text in texts if marks.search(text)] == []


def test_enough_sentences_are_found_for_these_tests_to_mean_something() -> None:
    assert len(catalogues.extract()) > 300


@pytest.mark.parametrize("language", OTHERS)
def test_shipped_rule_files_speak_every_language(language: str) -> None:
    """Their texts carry their languages with them; a word of the catalogue does as well."""
    catalogue = catalogues.read(language)
    silent = [
        f"{where(path)}: {text}"
        for path in _rule_files()
        for text in _texts_of(load_rule_file(path.read_text(encoding="utf-8"), file=path.name))
        if language not in text.by_language and text.by_language[DEFAULT] not in catalogue
    ]
    assert silent == []


def test_the_texts_of_rule_files_are_found() -> None:
    shipped = load_rule_file((ROOT / "workflows/supplier_qualification.yaml").read_text(encoding="utf-8"), file="x")
    assert len(set(_texts_of(shipped))) > 50


def _rule_files() -> list[Path]:
    features.modules("kinds")
    return sorted((ROOT / "workflows").rglob("*.yaml"))


def _texts_of(part: object) -> Iterator[Text]:
    """Every text in a rule file, however deep."""
    if isinstance(part, Text):
        yield part
    elif isinstance(part, RuleFile) or (dataclasses.is_dataclass(part) and not isinstance(part, type | Message)):
        for field in dataclasses.fields(part):
            yield from _texts_of(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _texts_of(inner)
    elif isinstance(part, tuple | list | frozenset | set):
        for inner in part:
            yield from _texts_of(inner)


def test_templates_hold_no_words_outside_the_catalogue() -> None:
    shipped = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")]
    assert len(shipped) > 50
    assert list(bare_words.of_templates(shipped)) == []


def test_python_says_nothing_outside_the_catalogue() -> None:
    assert list(bare_words.of_python()) == []


def test_bare_words_of_a_template_are_found() -> None:
    """The two tests above could not fail otherwise."""
    page = """<p title="Look here">Hello {{ name }} {# a remark #}{% if new %}and welcome{% endif %}</p>
        <button aria-label="{{ _('Save') }}" class="big one">OK then</button><code>not_this</code>
        {{ "Yes please" if new else _("No") }}{{ icon("question") }}{% trans %}Not this{% endtrans %}"""
    assert list(bare_words.of_template(page)) == ["title=Look here", "Hello … and welcome", "OK then", "Yes please"]
    assert list(bare_words.of_plain_template("{% block body %}\n{{ _('Yes') }}\nDear you\n{% endblock %}")) == [
        "Dear you"
    ]
