"""The lake: tables, catalog, landing and reading."""
