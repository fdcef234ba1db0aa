"""Builds the package: setuptools, with the folders that stand beside it put inside under ``shipped``.

``supplier_quality.resources`` finds them in both places. Nothing is left behind in the checkout.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import (  # noqa: F401
    build_editable,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGE = _ROOT / "supplier_quality"
_SHIPPED = ("templates", "workflows", "migrations")
_INCLUDED = "graft .ci\ngraft supplier_quality/shipped\ngraft supplier_quality/static\ninclude *.lock package*.json\n"


def build_wheel(directory, config_settings=None, metadata_directory=None):  # type: ignore[no-untyped-def]
    with _complete():
        return build_meta.build_wheel(directory, config_settings, metadata_directory)


def build_sdist(directory, config_settings=None):  # type: ignore[no-untyped-def]
    with _complete():
        return build_meta.build_sdist(directory, config_settings)


@contextmanager
def _complete() -> Iterator[None]:
    """The package with everything inside that it needs to run."""
    _check_made()
    shipped, manifest = _PACKAGE / "shipped", _ROOT / "MANIFEST.in"
    if shipped.exists() and not (_ROOT / "templates").exists():
        yield  # unpacked from a source archive, which is complete already
        return
    shutil.rmtree(shipped, ignore_errors=True)
    try:
        for name in _SHIPPED:
            shutil.copytree(_ROOT / name, shipped / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        manifest.write_text(_INCLUDED, encoding="utf-8")
        # What a build before this one left would be packed again, also files that are gone since.
        shutil.rmtree(_ROOT / "build", ignore_errors=True)
        yield
    finally:
        shutil.rmtree(shipped, ignore_errors=True)
        manifest.unlink(missing_ok=True)


def _check_made() -> None:
    """A package without its browser assets or translations would start and look broken; refuse to build it."""
    if not (_PACKAGE / "static" / "vendor" / "bootstrap").is_dir():
        raise SystemExit("The browser assets are missing; run: make assets")
    for catalogue in (_PACKAGE / "translations").glob("*/LC_MESSAGES/*.po"):
        if not catalogue.with_suffix(".mo").exists():
            raise SystemExit("The translations are not compiled; run: make translations")
