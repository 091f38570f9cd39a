"""Tasks: commands of the program that the server runs beside itself, one folder each."""
