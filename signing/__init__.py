"""What an approval is and how anyone proves it: the auditor's whole program, without engine, network or database."""
