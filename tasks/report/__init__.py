"""What the lake's questions answer about some days' calls, as one HTML page for QA leads."""
