"""The work: one step per file, and the words for things."""
