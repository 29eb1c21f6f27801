"""One approval machine for everything that is decided: 起案, 審査・合議, 決裁, on a frozen copy."""
