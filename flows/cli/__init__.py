"""The command line: one file per command, one exit code per kind of failure, no traceback."""
