"""Letters: PDF/A documents from a bundle's templates, their form fields, and address labels."""
