"""What the search over everything finds in texts: suppliers, sites, contacts, certificates, scope, answers, commodities."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from supplier_quality import web
from supplier_quality.identity import Actor
from supplier_quality.language import Text, Words, _
from supplier_quality.parts import queries as part_queries
from supplier_quality.parts.queries import CommodityFilters
from supplier_quality.suppliers import places
from supplier_quality.suppliers import queries as supplier_queries
from supplier_quality.suppliers.certificates import queries as certificate_queries
from supplier_quality.suppliers.fulltext.enums import Kind
from supplier_quality.suppliers.fulltext.queries import TextHit, find_texts, merged_among
from supplier_quality.suppliers.fulltext.texts import marked, snippet
from supplier_quality.suppliers.queries import SupplierFilters

blueprints = ()

MOST_PLACES = 2
"""Texts of one hit that are shown."""

FIELD_WORDS: dict[str, Words] = {
    "key": _("Key"),
    "duns": _("DUNS number"),
    "licence": _("Business licence number"),
    "website": _("Website"),
    "note": _("Note"),
    "conditions": _("Conditions"),
    "address": _("Address"),
    "city": _("City"),
    "email": _("Mail address"),
    "phone": _("Phone"),
    "certificate_no": _("Certificate number"),
    "body": _("Certification body"),
    "accreditation": _("Accreditation"),
    "scope": _("Scope"),
    "printed_site": _("Site as printed"),
    "reference": _("Reference"),
    "part_number": _("Part"),
    "commodity": _("Commodity"),
    "commodity_zh": _("Commodity"),
    "name_zh": _("Name in Chinese"),
    "production_sites": _("Production sites"),
    "main_products": _("Main products"),
    "main_processes": _("Main processes"),
    "special_processes": _("Special processes"),
    "capacity": _("Free capacity"),
    "other_certificates": _("Other certificates"),
    "quality_contact": _("Quality contact"),
    "remarks": _("Remarks"),
}


def _find_suppliers(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    """By name, number or key as they are now, then by all other texts."""
    found = supplier_queries.list_suppliers(session, actor=actor, filters=SupplierFilters(search=text), size=limit)
    merged = merged_among(session, [line.number for line in found.rows])
    now = [
        web.Hit(
            line.name, f"/suppliers/{line.number}",
            _gone(merged[line.number]) if line.number in merged else places.country_name(line.country or ""),
            line.number, marked(line.name, text),
        )
        for line in found.rows
    ]  # fmt: skip
    return _together(now, _hits(session, Kind.SUPPLIER, text, actor, limit), limit)


def _find_certificates(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    """By our number or the one printed on them as they are now, then by all other texts."""
    found = certificate_queries.find_by_number(session, text, actor=actor, limit=limit)
    now = [
        web.Hit(f"{line.standard}, {line.site}", f"/certificates/{line.number}", line.supplier, line.number)
        for line in found
    ]
    return _together(now, _hits(session, Kind.CERTIFICATE, text, actor, limit), limit)


def _find_commodities(session: Session, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    found = part_queries.list_commodities(session, actor=actor, filters=CommodityFilters(text.strip()), size=limit)
    now = [
        web.Hit(str(line.name), f"/commodities/{line.number}", "", line.number, marked(str(line.name), text))
        for line in found.rows
    ]  # fmt: skip
    return _together(now, _hits(session, Kind.COMMODITY, text, actor, limit), limit)


def _finder(kind: Kind) -> web.Find:
    def find(session: Session, text: str, actor: Actor, limit: int) -> Sequence[web.Hit]:
        return _hits(session, kind, text, actor, limit)

    return find


def _together(now: Sequence[web.Hit], texts: Iterable[web.Hit], limit: int) -> list[web.Hit]:
    """Both, each record once; where both have it, with the texts in which it was found."""
    by_path = {hit.path: hit for hit in texts}
    first = [by_path.pop(hit.path, hit) if not hit.marked else _with_places(hit, by_path) for hit in now]
    return [*first, *by_path.values()][:limit]


def _with_places(hit: web.Hit, by_path: dict[str, web.Hit]) -> web.Hit:
    other = by_path.pop(hit.path, None)
    return hit if other is None else web.Hit(hit.label, hit.path, hit.detail, hit.number, hit.marked, other.places)


def _hits(session: Session, kind: Kind, text: str, actor: Actor, limit: int) -> list[web.Hit]:
    return [_hit(found, text) for found in find_texts(session, kind, text, actor=actor, limit=limit)]


def _hit(found: TextHit, text: str) -> web.Hit:
    pieces = ((name, snippet(said, text)) for name, said in found.fields)
    shown = [(FIELD_WORDS.get(name) or Text.of(name.replace("_", " ")), piece) for name, piece in pieces if piece]
    supplier, number = found.supplier_name or "", found.number
    label = found.title or supplier
    if found.kind == Kind.SUPPLIER:
        supplier = ""
    elif found.kind in (Kind.SITE, Kind.CONTACT, Kind.ANSWERS):
        number = found.supplier_number or ""
        supplier = supplier if found.title else ""
    if found.merged_into is not None:
        supplier = " · ".join(filter(None, (supplier, _gone(found.merged_into))))
    return web.Hit(label, _path(found), supplier, number, marked(label, text), shown[:MOST_PLACES])


def _gone(into: str) -> str:
    """What tells a record that was merged from those in use."""
    return str(_("The record was merged into %(number)s.", number=into))


def _path(found: TextHit) -> str:
    base = f"/suppliers/{found.supplier_number}"
    paths = {
        Kind.SUPPLIER: base,
        Kind.SITE: f"{base}?tab=sites",
        Kind.CONTACT: f"{base}?tab=contacts",
        Kind.ANSWERS: f"{base}?tab=assessment",
        Kind.CERTIFICATE: f"/certificates/{found.number}",
        Kind.SCOPE: f"/scope/{found.number}",
        Kind.COMMODITY: f"/commodities/{found.number}",
    }
    return paths[Kind(found.kind)]


# The first three stand for those of their features, which know only what stands in their lists.
web.register_provider(web.Provider("suppliers", _("Suppliers"), _find_suppliers))
web.register_provider(web.Provider("certificates", _("Certificates"), _find_certificates))
web.register_provider(web.Provider("commodities", _("Commodities"), _find_commodities))
web.register_provider(web.Provider("sites", _("Sites"), _finder(Kind.SITE)))
web.register_provider(web.Provider("contacts", _("Contacts"), _finder(Kind.CONTACT)))
web.register_provider(web.Provider("scope", _("Scope"), _finder(Kind.SCOPE)))
web.register_provider(web.Provider("answers", _("Answers of suppliers"), _finder(Kind.ANSWERS)))
