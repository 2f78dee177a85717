"""PDF: signatures inside a document, what may be added after them, and what they prove."""
