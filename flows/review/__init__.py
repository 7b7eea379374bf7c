"""The review app: people check and correct what was redacted."""
