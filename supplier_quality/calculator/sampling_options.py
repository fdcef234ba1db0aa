"""What the commands of acceptance sampling share: choices, words of options, and the files they read. Imports no numpy."""

from pathlib import Path

import click

from supplier_quality.language import _
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import LimitNumbers, Override, Severity

LEVELS = click.Choice(sampling.levels())
STANDARDS = click.Choice(sampling.standards())
SEVERITIES = click.Choice([str(each) for each in Severity])
DEFAULT_STANDARD = sampling.standards()[0]
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

LEVEL_HELP = _("Inspection level")
AQL_HELP = _("AQL of the standard, in percent or per 100 pieces")
STANDARD_HELP = _("Standard of the tables")
LOT_SIZE_HELP = _("Pieces in the lot")
EXACT_LOT_HELP = _("Pieces in the lot, for the exact curve of small lots")
SAMPLE_HELP = _("Pieces in the sample")
OVERRIDES_HELP = _("File with cells of your own: severity, code_letter, aql, ac and re or arrow, reason")


def read_overrides(file: Path | None, standard: str) -> tuple[Override, ...]:
    """The cells in a file; none without one. Raises BadInput, UnreadableFile."""
    if file is None:
        return ()
    from supplier_quality.calculator.plan_tables import overrides_of
    from supplier_quality.calculator.tables import read_table

    return overrides_of(read_table(file), standard)


def read_limits(file: Path | None) -> LimitNumbers | None:
    """The limit numbers in a file, which gives the table its name; None without one. Raises BadInput, UnreadableFile."""
    if file is None:
        return None
    from supplier_quality.calculator.plan_tables import limit_numbers_of
    from supplier_quality.calculator.tables import read_table

    return limit_numbers_of(read_table(file), name=file.stem, edition=file.name)
