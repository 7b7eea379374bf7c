"""The archive: what lies in it, and what it says about its recordings."""
