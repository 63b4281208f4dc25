"""`agentops version`."""

import click

import agentops
from agentops.cli.output import output_option, write_json


@click.command()
@output_option
def version(output: str) -> None:
    """Print the version."""
    if output == "json":
        write_json({"version": agentops.__version__})
    else:
        print(f"agentops, version {agentops.__version__}")
