"""Server and integrator commands."""
