"""The only finder of shipped files.

In a checkout the folders stand beside the package; in an installed wheel they stand inside it under ``shipped``.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder of that name: ``templates``, ``workflows`` or ``migrations``.

    Raises FileNotFoundError when the installation is incomplete.
    """
    for candidate in (_PACKAGE / "shipped" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"This installation has no folder {name!r}; reinstall the package.")


def templates() -> Path:
    return folder("templates")


def workflows() -> Path:
    return folder("workflows")


def migrations() -> Path:
    return folder("migrations")


def translations() -> Path:
    return _PACKAGE / "translations"


def static() -> Path:
    return _PACKAGE / "static"


def weak_words() -> Path:
    """Words that passwords are built from most often, one per line."""
    return _PACKAGE / "identity" / "weak_words.txt"


def demo_data() -> Path:
    """The files the demo company is made from."""
    return _PACKAGE / "demo" / "data"


def company_words() -> Path:
    """Words that names of companies have in common: legal forms, trades, places."""
    return _PACKAGE / "suppliers" / "data" / "company_words.yaml"


def header_words() -> Path:
    """Names that columns have in lists of suppliers."""
    return _PACKAGE / "suppliers" / "data" / "header_words.yaml"


def certificate_data() -> Path:
    """Standards with their editions, and places where certificates are verified."""
    return _PACKAGE / "suppliers" / "certificates" / "data"


def msa_data() -> Path:
    """Acceptance limits of measurement systems."""
    return _PACKAGE / "statistics" / "msa" / "data"


def capability_data() -> Path:
    """Published numbers by which process capability is judged."""
    return _PACKAGE / "statistics" / "capability" / "data"


def sampling_data() -> Path:
    """Tables of sampling plans with their standards and editions."""
    return _PACKAGE / "statistics" / "sampling" / "data"
