"""People, roles, sessions, API tokens, supplier access links, signatures; the Actor every act is done by.

The acts stand in the modules: ``operations`` (people), ``sessions``, ``deputies``, ``tokens``, ``links``, ``codes``,
``contact_sessions`` and ``signing``; they are not imported here, because most of the product only needs the words.
"""

from supplier_quality.identity.actor import Actor, system_actor
from supplier_quality.identity.contacts import (
    ContactCard,
    ContactDirectory,
    ContactRef,
    contact_card,
    register_contacts,
)
from supplier_quality.identity.enums import ActorKind, Role, Scope, SignatureMethod, Via
from supplier_quality.identity.signatures import Signature

__all__ = [
    "Actor",
    "ActorKind",
    "ContactCard",
    "ContactDirectory",
    "ContactRef",
    "Role",
    "Scope",
    "Signature",
    "SignatureMethod",
    "Via",
    "contact_card",
    "register_contacts",
    "system_actor",
]
