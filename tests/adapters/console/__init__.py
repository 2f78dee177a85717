"""What the server's and the integrator's commands promise."""
