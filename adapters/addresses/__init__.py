"""Administrative units of Vietnam, before and since 1/7/2025: read from tables beside this file, nothing is asked."""
