"""Step: what people decided, put onto a landed call before it is redacted again."""
