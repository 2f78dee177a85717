"""The identity provider: real on loopback, and such as lie."""
