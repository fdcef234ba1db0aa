"""What a supplier may deliver from which site: lines of supplier, manufacturing site and commodity, each with its process."""
