"""The HTTP interface: small endpoints that pass to the application."""
