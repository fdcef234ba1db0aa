"""The language of a request: the person's own choice, else what the browser asks for."""

from contextlib import ExitStack
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, Response, g, request
from flask_babel import Babel
from markupsafe import Markup

from supplier_quality import language, resources
from supplier_quality.language import LANGUAGES, Message
from supplier_quality.web import cookies, visitors
from supplier_quality.web.installation import settings

# Names of the languages in themselves: the reader who needs one may not read any other.
OWN_NAMES = {"en": "English", "zh": "中文"}
HTML_TAGS = {"en": "en", "zh": "zh-Hans"}


def choose_language() -> str:
    """In this order: ``?lang=``, the signed-in person's setting, the cookie of an earlier choice, the browser, ours."""
    for wanted in (request.args.get("lang"), visitors.language_of_visitor(), cookies.read(cookies.LANGUAGE)):
        if wanted in LANGUAGES:
            return wanted
    if not request.accept_languages:
        return settings().language
    for tag, _quality in request.accept_languages:
        if tag.split("-")[0].lower() in LANGUAGES:
            return language.nearest(tag)
    return settings().language


def say(sentence: str, /, **values: Any) -> Markup:
    """``_`` of the templates: a sentence in the page's language, its values escaped."""
    said = _said(sentence, language.current())
    return said % values if values else said


@lru_cache(maxsize=4096)
def _said(sentence: str, spoken: str) -> Markup:
    """A page says a hundred sentences, the same ones on every page.."""
    text = Markup(Message(sentence).render(spoken))  # noqa: S704 - written by us
    # Signs of per cent are doubled also where no value is put in.
    return text if "%(" in text else text % {}


def say_many(singular: str, many: str, count: int, /, **values: Any) -> Markup:
    """``{% pluralize %}`` of the templates."""
    text = Markup(language.plural(singular, many, count))  # noqa: S704 - written by us
    return text % {"num": count, **values}


def install(app: Flask) -> None:
    Babel(
        app,
        default_translation_directories=str(resources.translations()),
        default_timezone=app.config["TIMEZONE"],
        locale_selector=lambda: HTML_TAGS[language.current()].replace("-", "_"),
    )

    app.jinja_env.globals.update(_=say, gettext=say, ngettext=say_many)

    @app.before_request
    def speak() -> None:
        g.speaking = ExitStack()
        g.speaking.enter_context(language.speaking(choose_language()))

    @app.after_request
    def remember(response: Response) -> Response:
        """A visitor who picked a language in the address keeps it on the next page."""
        wanted = request.args.get("lang")
        if wanted in LANGUAGES and response.mimetype == "text/html":
            cookies.put(response, cookies.LANGUAGE, wanted, lasts=timedelta(days=365))
        return response

    @app.teardown_request
    def fall_silent(_error: BaseException | None) -> None:
        speaking = g.pop("speaking", None)
        if speaking is not None:
            speaking.close()
