"""The bake-off: references, a normaliser, scores with their uncertainty, and the report."""
