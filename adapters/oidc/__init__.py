"""The identity provider, asked by the server: OpenID Connect with the device flow (RFC 8628)."""
