"""An organisation in lists, as a personnel office keeps them in spreadsheets: read, compared, written."""
