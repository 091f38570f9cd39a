"""Where the program `ragapp` starts: the working folder is distrusted before anything is imported."""

from ragapp.processes.launch import distrust_working_folder


def main() -> None:
    """Runs the program; see `ragapp.cli.program` for its commands and exit codes."""
    distrust_working_folder()
    from ragapp.cli.program import run

    run()
