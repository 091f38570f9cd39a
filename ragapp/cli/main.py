"""The entry point of the program `ragapp`. Removes the working folder from the import path first."""

from ragapp.processes.launch import distrust_working_folder


def main() -> None:
    """Runs the program; see `ragapp.cli.program` for its commands and exit codes."""
    distrust_working_folder()
    from ragapp.cli.program import run

    run()
