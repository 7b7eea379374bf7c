"""Measurements that print; nothing here asserts. `make bench` and `make wer` run them."""
