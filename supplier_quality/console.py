"""What every command shares: options, the way it answers, and the settings and database it works on.

With ``--json`` standard output holds exactly one JSON document; everything else, logs and progress included, goes to
standard error. A command returns nothing: it calls :meth:`Console.answer`, or raises a ProductError.
"""

import gettext
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supplier_quality import language, resources
from supplier_quality.language import Words, _

if TYPE_CHECKING:
    from supplier_quality.config import Settings
    from supplier_quality.persistence import Database

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Console:
    """The terminal a command runs in; ``opener`` opens the database of given settings."""

    def __init__(self, opener: "Callable[[Settings], Database]") -> None:
        self._opener = opener
        self.json = False

    @cached_property
    def settings(self) -> "Settings":
        """The settings of this installation; raises Misconfigured."""
        return self._load_settings(make_secrets=True)

    def _load_settings(self, *, make_secrets: bool) -> "Settings":
        from supplier_quality import logs
        from supplier_quality.config import load_settings

        settings = load_settings(make_secrets=make_secrets)
        # Before anything logs: standard output belongs to the result.
        logs.configure(level=settings.log_level, as_json=settings.log_json)
        return settings

    @cached_property
    def database(self) -> "Database":
        """The database, up to date. Raises Misconfigured when ``upgrade`` has to be run before; then nothing is written."""
        from supplier_quality.config import NOT_INSTALLED, NotInstalled
        from supplier_quality.persistence import schema

        settings = self.__dict__.get("settings") or self._load_settings(make_secrets=False)
        opened = self._opener(settings)
        if not opened.exists or not schema.is_current(opened):
            raise NotInstalled(NOT_INSTALLED)
        self.__dict__["settings"] = settings
        return opened

    def open_database(self) -> "Database":
        """The database as it is, also when it is empty or out of date."""
        return self._opener(self.settings)

    def answer(self, data: Any, show: Callable[[], None] | None = None) -> None:
        """Print the result: ``data`` as JSON when asked for, otherwise what ``show`` prints for people."""
        if self.json or show is None:
            click.echo(as_json(data))
        else:
            show()

    def say(self, words: Words | str) -> None:
        """A line for people on standard output; nothing with ``--json``."""
        if not self.json:
            click.echo(str(words))

    def progress(self, words: Words | str) -> None:
        """What is being done now, on standard error."""
        click.echo(str(words), err=True)

    def table(self, columns: Iterable[Words | str], rows: Iterable[Iterable[object]]) -> None:
        """Rows for people, as wide as the terminal."""
        from rich.console import Console as RichConsole
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(str(column), overflow="fold")
        for row in rows:
            table.add_row(*(Text("" if value is None else str(value)) for value in row))
        RichConsole(highlight=False).print(table)

    def fail(self) -> None:
        """End with exit code 1 after the answer was given: it says itself what was refused."""
        raise click.exceptions.Exit(1)


def as_json(data: Any) -> str:
    """One JSON document; words come in the language in force."""
    return json.dumps(data, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None, default=_plain)


def _plain(value: object) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


class _Spoken:
    """Mixed into click's classes: help that is said in the language in force when it is shown."""

    words: Words | None = None

    @property
    def help(self) -> str | None:
        return str(self.words) if self.words is not None else None

    @help.setter
    def help(self, value: str | None) -> None:
        """Click assigns what it was given; the words are kept apart."""


class SpokenCommand(_Spoken, click.Command):
    """A command whose help is translated."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return self.help or ""


class SpokenGroup(_Spoken, click.Group):
    """A group whose help is translated."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return self.help or ""


class _SpokenOption(_Spoken, click.Option):
    def __init__(self, names: Sequence[str], words: Words | None = None, **rest: Any) -> None:
        self.words = words
        super().__init__(names, **rest)


def option(*names: str, help: Words, **rest: Any) -> Callable[[Decorated], Decorated]:
    """A click option whose help is translated."""
    return click.option(*names, cls=_SpokenOption, words=help, **rest)


def command(name: str, *, help: Words) -> Callable[[Callable[..., Any]], SpokenCommand]:
    """A command with ``--json`` and ``--lang``; the function's first argument is the Console."""

    def make(function: Callable[..., Any]) -> SpokenCommand:
        made = click.command(name, cls=SpokenCommand)(click.pass_obj(function))
        made.words = help
        made.params += [_json_option(), language_option()]
        return made

    return make


def group(name: str, *, help: Words, commands: Iterable[click.Command]) -> SpokenGroup:
    """A group of commands."""
    made = SpokenGroup(name, commands={command.name or "": command for command in commands})
    made.words = help
    return made


def _json_option() -> click.Option:
    def choose(context: click.Context, _option: click.Parameter, value: bool) -> None:
        if value:
            context.find_object(Console).json = True  # type: ignore[union-attr]

    words = _("Print the result as one JSON document")
    return _SpokenOption(["--json"], is_flag=True, expose_value=False, callback=choose, words=words)


@contextmanager
def click_speaking(spoken: str) -> Iterator[None]:
    """Let click take its own words, such as "Usage:", from our catalogue; it asks the environment for the language."""
    gettext.bindtextdomain("messages", str(resources.translations()))
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = spoken
    try:
        yield
    finally:
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def preferred_language() -> str:
    """The language of the terminal, as the environment names it."""
    for name in ("SUPPLIER_QUALITY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return language.nearest(os.environ[name])
    return language.DEFAULT


def language_option() -> click.Option:
    """``--lang``: the language of what is printed; also taken from the environment."""

    def choose(context: click.Context, _option: click.Parameter, value: str | None) -> None:
        if value:
            context.with_resource(language.speaking(value))

    words = _("Language of the output")
    return _SpokenOption(
        ["--lang"],
        type=click.Choice(language.LANGUAGES),
        is_eager=True,
        expose_value=False,
        callback=choose,
        words=words,
    )
