"""Background tasks: commands that the server runs as child processes, with records in the database."""
