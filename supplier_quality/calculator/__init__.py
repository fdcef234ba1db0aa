"""The calculator: statistics as commands, pages and API, for numbers of your own."""
