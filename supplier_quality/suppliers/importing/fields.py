"""The fields an import can fill, in the words of a map file."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """To which record a field belongs."""

    SUPPLIER = "supplier"
    SITE = "site"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in a map file, the column of our table, the longest text it holds.

    ``constant`` fields may have the same value for every row of a file.
    """

    name: str
    part: Part
    column: str
    check: str
    max_length: int
    constant: bool = False


def _fields(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


S, P, C = Part.SUPPLIER, Part.SITE, Part.CONTACT

FIELDS: dict[str, Field] = _fields(
    Field("name", S, "name", "text", 200),
    Field("number", S, "number", "number", 32),
    Field("key", S, "source_key", "code", 80),
    Field("country", S, "country", "country", 80, constant=True),
    Field("language", S, "language", "language", 20, constant=True),
    Field("duns", S, "duns", "duns", 20),
    Field("business_licence", S, "business_licence", "business_licence", 30),
    Field("website", S, "website", "website", 200),
    Field("note", S, "note", "long_text", 4000, constant=True),
    Field("owner", S, "owner_id", "owner", 254, constant=True),
    Field("site.name", P, "name", "text", 200, constant=True),
    Field("site.key", P, "source_key", "code", 80),
    Field("site.address", P, "address", "text", 300),
    Field("site.city", P, "city", "text", 120, constant=True),
    Field("site.country", P, "country", "country", 80, constant=True),
    Field("site.zone", P, "zone", "zone", 40, constant=True),
    Field("site.duns", P, "duns", "duns", 20),
    Field("site.business_licence", P, "business_licence", "business_licence", 30),
    Field("contact.name", C, "name", "text", 120),
    Field("contact.email", C, "email", "email", 254),
    Field("contact.role", C, "roles", "roles", 120, constant=True),
    Field("contact.language", C, "language", "language", 20, constant=True),
    Field("contact.phone", C, "phone", "phone", 40),
    Field("contact.primary", C, "primary", "yes_no", 10),
)

NUMBER = "number"
"""The field that says which of our suppliers a row is about; it is never stored."""


class MatchBy(StrEnum):
    """By what a row's supplier is known. Rows that leave it empty are known by their name."""

    KEY = "key"
    NUMBER = "number"
    DUNS = "duns"
    LICENCE = "business_licence"
    NAME = "name"

    @property
    def column(self) -> str | None:
        """The column of our table; None for the name, which is not a key."""
        return None if self is MatchBy.NAME else FIELDS[self.value].column
