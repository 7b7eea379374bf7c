"""When operations should be told: figures of a lake held against thresholds."""
