"""Documents that prove something: attendance lists and certificates."""
