"""What workers do for suppliers: their mails, imports, and acts on many at once."""

from supplier_quality.suppliers import mails
from supplier_quality.suppliers.bulk import operations as bulk
from supplier_quality.suppliers.importing import runs

EFFECTS = {**mails.EFFECTS, **runs.EFFECTS, **bulk.EFFECTS}
