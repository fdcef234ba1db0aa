"""What a file must be to be taken, one module for each family of kinds. Nothing here writes, and nothing is unpacked
beyond a bound that was checked before."""
