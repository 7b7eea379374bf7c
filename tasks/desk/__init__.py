"""The review desk: what waits for a person, who works on it, and what was decided. No words of calls."""
