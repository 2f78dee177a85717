"""Real servers that are killed and stopped while people, programs and authorities work with them."""
