"""What a lake's files lie in: a folder of this machine, or a bucket of S3-compatible storage."""
