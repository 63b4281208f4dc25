"""`agentops init`: a first project that validates."""

from pathlib import Path

import click

from agentops.base.errors import UsageError
from agentops.base.files import write_all
from agentops.base.names import is_name
from agentops.cli.output import output_option, write_json, write_lines

_STARTER = Path(__file__).parent.parent / "starter"
_IGNORED = ".agentops/"
_NEXT = ("validate", "plan", "apply")


@click.command()
@click.argument("path", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option(
    "--name", metavar="NAME", help="The project's name: it owns what it creates.  [default: the folder's name]"
)
@output_option
def init(path: Path, name: str | None, output: str) -> None:
    """Write a first project in PATH: a Project, an agent with its prompt, an environment, and the schemas for editors.

    Nothing that exists is overwritten.
    """
    project = name or _name_of(path)
    if not is_name(project):
        raise UsageError(
            f"`{project}` cannot be a project's name",
            hint="use lower-case letters, digits and hyphens: --name my-agents",
        )
    files = {each: path / each.relative_to(_STARTER) for each in sorted(_STARTER.rglob("*")) if each.is_file()}
    taken = next((each for each in files.values() if each.exists()), None)
    if taken:
        raise UsageError(f"{taken} exists already", hint="init writes a first project; this one has begun")
    schemas = path / _IGNORED / "schema"
    _write_schemas(schemas)
    contents = _ignoring(path / ".gitignore")
    for template, destination in files.items():
        destination.parent.mkdir(parents=True, exist_ok=True)
        contents[destination] = template.read_text("utf-8").replace("PROJECT-NAME", project).encode()
    write_all(contents)
    written = [str(each) for each in (*files.values(), schemas, path / ".gitignore")]
    if output == "json":
        write_json({"format_version": 1, "project": project, "written": written})
    else:
        write_lines([*(f"wrote {each}" for each in written), "", "Next:", *(f"  agentops {each}" for each in _NEXT)])


def _name_of(path: Path) -> str:
    """Return the folder's name as far as it can be a name."""
    words = "".join(each if each.isascii() and each.isalnum() else "-" for each in path.absolute().name.lower())
    return "-".join(word for word in words.split("-") if word)[:63].rstrip("-") or "my-agents"


def _write_schemas(folder: Path) -> None:
    """Write the schemas that the manifests' first lines name, so that editors complete and check."""
    from agentops.manifests.jsonschema import write_schemas

    write_schemas(folder)


def _ignoring(file: Path) -> dict[Path, bytes]:
    """Return the file in which git is told to leave our own files alone, if it does not say so yet."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {} if _IGNORED in lines else {file: ("\n".join([*lines, _IGNORED]) + "\n").encode()}
