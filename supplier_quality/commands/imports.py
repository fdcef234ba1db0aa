"""``import``: a group filled by the features that read files."""

import click

from supplier_quality import features
from supplier_quality.console import group
from supplier_quality.language import _


def _imports() -> tuple[click.Command, ...]:
    return tuple(command for module in features.modules("commands") for command in getattr(module, "imports", ()))


commands = (group("import", help=_("Import suppliers and other records from CSV and XLSX"), commands=_imports()),)
