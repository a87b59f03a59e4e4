"""A TLS gateway for the Docker Engine API: any client, of any age, in front of any engine."""

__version__ = "0.1.0"
