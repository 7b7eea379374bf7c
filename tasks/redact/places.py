"""Words of addresses: streets, states, units, and names of places that are no names of persons."""

from __future__ import annotations

from tasks.redact.wordlists import word_set

STREETS = word_set("streets")
"""What a street is called; most are ordinary words, and count only after a number and a name."""
PLAIN_STREETS = word_set("plain_streets")
"""These are hardly ever anything else."""
UNITS = word_set("places_units")
DIRECTIONS = word_set("directions")
STATES = word_set("states")
CITIES = word_set("cities")
COUNTRIES = word_set("countries")
