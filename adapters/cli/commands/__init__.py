"""One module per noun; each is imported only when its command is used."""
