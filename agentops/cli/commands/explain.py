"""`agentops explain`: the long form of a diagnostic code."""

from collections.abc import Iterable

import click

from agentops.base.diagnostics import Code
from agentops.base.errors import UsageError
from agentops.base.names import nearest
from agentops.base.paint import Paint
from agentops.cli.output import output_option, stdout_paint, write_json, write_lines


@click.command()
@click.argument("code", required=False)
@output_option
def explain(code: str | None, output: str) -> None:
    """Tell more about CODE: why it is a problem, an example, the way out. Without CODE, list them all."""
    from agentops.manifests import codes as manifests
    from agentops.manifests.codes import policies
    from agentops.reconcile import codes as reconcile

    known = {**manifests.CODES, **policies.CODES, **reconcile.CODES}
    found = list(known.values()) if code is None else [known[_slug(code, known)]]
    if output == "json":
        write_json({"format_version": 1, "codes": [_plain(each) for each in found]})
    elif code is None:
        width = max(len(each.slug) for each in found)
        write_lines(f"{each.slug:<{width}}  {each.title}" for each in found)
    else:
        write_lines(_told(found[0], stdout_paint()))


def _plain(code: Code) -> dict[str, str]:
    return {
        "code": code.slug,
        "severity": code.severity.value,
        "title": code.title,
        "explanation": code.explanation,
    }


def _told(code: Code, paint: Paint) -> list[str]:
    colour = "red" if code.severity.value == "error" else "yellow"
    head = paint("bold", paint(colour, f"{code.severity.value}[{code.slug}]"))
    return [f"{head}: {paint('bold', code.title)}", "", code.explanation.rstrip("\n")]


def _slug(code: str, known: Iterable[str]) -> str:
    if code in known:
        return code
    # `dangling` alone is what people remember of `reference.dangling`.
    for slug in known:
        if slug.partition(".")[2] == code:
            return slug
    near = nearest(code, known)
    hint = f"did you mean {near}?" if near else "`agentops explain` lists all codes"
    raise UsageError(f"there is no code `{code}`", hint=hint)
