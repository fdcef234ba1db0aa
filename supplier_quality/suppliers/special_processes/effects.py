"""What workers do for special processes: their mails."""

from supplier_quality.suppliers.special_processes import mails

EFFECTS = mails.EFFECTS
