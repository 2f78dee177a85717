"""People: who is what in which unit, in which capacity they sign, and who does the work of those who are away."""
