"""What a lake costs at scale: `make bench-lake`."""
