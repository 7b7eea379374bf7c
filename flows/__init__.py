"""What can be started: Prefect flows, the command line, the review app."""
