"""Where an officer's key lies: a PKCS#12 file, later a token."""
