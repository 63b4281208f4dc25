"""Options that several commands share, and that need nothing but click."""

import click

rubric_option = click.option(
    "--rubric", metavar="NAME", help="A rubric of the manifests: the work is revised until it satisfies it."
)
iterations_option = click.option(
    "--max-iterations",
    metavar="N",
    type=click.IntRange(1, 20),
    help="How often it is graded at most. Default: the rubric's own number, or 3.",
)
