"""What workers do for certificates: their mails."""

from supplier_quality.suppliers.certificates import mails

EFFECTS = mails.EFFECTS
