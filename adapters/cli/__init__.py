"""The officer's and the auditor's command line: HTTP and signing only, nothing of the engine or the server."""
