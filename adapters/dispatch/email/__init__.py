"""Results that go out by email: composed, signed where the agency has a certificate, handed to a relay once."""
