"""Speech recognition engines: one file each, one contract."""
