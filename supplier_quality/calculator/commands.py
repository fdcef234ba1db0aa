"""The commands of the calculator: ``sampling`` and ``stats``."""

from supplier_quality.calculator import msa_commands, sampling_commands, stats_commands

commands = (*sampling_commands.commands, *stats_commands.commands, *msa_commands.commands)
