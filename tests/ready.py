"""What a process of the tests has imported before it begins, so that it need not."""

from supplier_quality import features
from supplier_quality.suppliers import models

features.import_models()
features.load_runtime()

__all__ = ["models"]
