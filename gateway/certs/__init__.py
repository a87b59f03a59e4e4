"""Certificates in Docker's layout: made, written to a folder, and read back to be checked."""
