"""What we buy: commodities with their criticality and the special processes they need."""
