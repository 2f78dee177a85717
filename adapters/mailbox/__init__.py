"""Mail that comes in: read it within bounds, say what it is, and what its rules make of it."""
