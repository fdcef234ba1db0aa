"""What workers do for documents: their mails."""

from supplier_quality.suppliers.document_bank import mails

EFFECTS = mails.EFFECTS
