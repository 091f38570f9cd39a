import typer

from ui.command import ui

typer.run(ui)
