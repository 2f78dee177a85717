"""EU DSS as a judge of our signatures: the European Commission's own validator, a Java program, used as it is."""
