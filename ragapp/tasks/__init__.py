"""Tasks: commands of the program that a server runs beside itself, with their records in the database."""
