"""What can go wrong with an identity provider."""


class ProviderError(Exception):
    """The provider cannot be reached, or does not answer as OpenID Connect says; the message tells, without secrets."""


class IdTokenError(Exception):
    """The ID token is not good; the message says which claim, found against expected."""
