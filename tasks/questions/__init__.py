"""The SQL files as data: what each asks, what it takes, what it answers with."""
