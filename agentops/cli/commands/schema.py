"""`agentops schema`: the JSON Schemas of the manifests."""

from collections.abc import Sequence
from pathlib import Path

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.base.names import Kind, nearest
from agentops.base.wording import counted
from agentops.cli.output import output_option, say, write_json, write_lines

_SHAPES = ("plan", "outcome")


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file is out of date.")
@click.option(
    "--kind",
    metavar="KIND",
    help="Print one schema instead: of a kind, of `all`, `plan` or `outcome`.",
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("schema"),
    show_default=True,
    help="The folder of the schema files.",
)
@output_option
@click.pass_context
def schema(ctx: click.Context, *, check: bool, kind: str | None, folder: Path, output: str) -> None:
    """Write a JSON Schema for each kind of manifest, for plans and for outcomes, or check that they are up to date."""
    from agentops.manifests.jsonschema import rendered, stale, write_schemas
    from agentops.reconcile.views.schema import schemas as shapes

    if kind in _SHAPES:
        write_json(shapes()[f"{kind}.json"])
        return
    if kind is not None:
        write_lines([rendered()[f"{_known(kind)}.json"].rstrip("\n")])
        return
    files = rendered(shapes())
    outdated = stale(folder, files)
    if not check:
        write_schemas(folder, files)
    if output == "json":
        write_json({"format_version": 1, "folder": str(folder), "schemas": len(files), "outdated": outdated})
    elif check:
        _tell(folder, outdated, len(files))
    else:
        write_lines([f"{folder}: {counted(len(files), 'schema')}, {len(outdated)} changed"])
    if check and outdated:
        ctx.exit(EXIT_PROBLEMS)


def _tell(folder: Path, outdated: Sequence[str], count: int) -> None:
    """Say what is out of date, and what to do about it."""
    for name in outdated:
        say(f"{folder / name} {'is out of date' if (folder / name).exists() else 'does not exist'}")
    if outdated:
        say(f"  run `agentops schema --dir {folder}` to write what is missing or old")
    else:
        write_lines([f"{folder}: {count} schemas are up to date"])


def _known(kind: str) -> str:
    if kind in ("all", *Kind):
        return kind
    near = nearest(kind, ("all", *_SHAPES, *Kind))
    hint = f"did you mean {near}?" if near else f"kinds: {', '.join(Kind)}"
    raise UsageError(f"there is no kind `{kind}`", hint=hint)
