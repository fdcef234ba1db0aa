"""Electronic signatures: who signed what, when, with which meaning, and how they proved who they are."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """Made before the write transaction, handed to ``engine.fire`` and written to the trail.

    ``subject_hash`` is the SHA-256 (hex) of what the signer saw: a changed or copied record is not signed by it.
    ``signer`` is the id of the actor; ``name`` is the printed name, for a contact the one they typed.
    """

    method: str
    at: datetime
    meaning: str
    subject_hash: str
    signer: str
    name: str = ""

    def as_json(self) -> dict[str, object]:
        """The values for the trail."""
        return {
            "method": self.method,
            "at": self.at,
            "meaning": self.meaning,
            "subject_hash": self.subject_hash,
            "signer": self.signer,
            "name": self.name,
        }
