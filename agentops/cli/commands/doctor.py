"""`agentops doctor`: whether everything is here that a plan and an apply need."""

import asyncio
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

import agentops
from agentops.base.errors import EXIT_PROBLEMS, AgentopsError
from agentops.base.paint import printable
from agentops.base.wording import counted
from agentops.cli.context import CREDENTIALS, EMBEDDED, Choice, chosen_target, credential_variable, opened
from agentops.cli.options import tree_argument
from agentops.cli.output import output_option, stdout_paint, write_json
from agentops.cli.planning import home_of, target_option

if TYPE_CHECKING:
    from agentops.manifests.document import Tree

_COLLECTIONS = {
    "agents": "managed-agents-2026-04-01",
    "environments": "managed-agents-2026-04-01",
    "memory_stores": "agent-memory-2026-07-22",
    "deployments": "managed-agents-2026-04-01",
    "vaults": "managed-agents-2026-04-01",
    "skills": "managed-agents-2026-04-01",
    "sessions": "managed-agents-2026-04-01",
    "dreams": "dreaming-2026-04-21",
    "x-agentops/dream_schedules": "",
    "x-agentops/webhooks": "",
}
"""What a target may be able to hold, and the beta that opens it. Source: SDK 2.11.0 `resources/beta/*`."""


@click.command()
@tree_argument
@target_option
@click.option("--sandbox", is_flag=True, help="Try this machine's sandbox, whatever the target: for who runs `serve`.")
@output_option
@click.pass_context
def doctor(ctx: click.Context, path: Path, target: str | None, sandbox: bool, output: str) -> None:
    """Check this machine, the tree in PATH, the target, the credential, and what the target can hold and act on.

    Where sessions run on this machine (the embedded target), their sandbox and their model are looked at too.
    """
    from agentops.cli.sessions import checks as sessions
    from agentops.manifests.load import load

    tree = load(path)
    choice = chosen_target(target, os.environ)
    asked, table = asyncio.run(_target(choice, tree, path))
    own = list(sessions.checks(is_embedded=choice.name == EMBEDDED, wants_sandbox=sandbox))
    checks = [*_machine(), *_identity(os.environ), _tree(tree), *own, *asked]
    if output == "json":
        write_json({"format_version": 1, "checks": checks, "capabilities": table})
    else:
        _print(checks)
        _print_lacking(table or [])
    if any(each["state"] == "failed" for each in checks):
        ctx.exit(EXIT_PROBLEMS)


def _machine() -> Iterator[dict[str, Any]]:
    yield _check("agentops", "ok", f"{agentops.__version__} on Python {platform.python_version()}")
    git = shutil.which("git")
    missing = "not found: marks will name files without their commit"
    yield _check("git", "ok" if git else "warning", git or missing)


def _identity(environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Say whether a key that was left behind is used where a federated identity was meant: the SDK takes the key.

    Source: SDK 2.11.0 `lib/credentials/_chain.py` (`default_credentials`, step 2a before step 4).
    """
    key = next((each for each in CREDENTIALS if environment.get(each)), None)
    if not environment.get("ANTHROPIC_FEDERATION_RULE_ID") or key is None:
        return
    is_in_ci = environment.get("CI") in {"true", "1"}
    fact = f"{key} is set, and is used instead of ANTHROPIC_FEDERATION_RULE_ID: remove the secret from the job"
    yield _check("identity", "failed" if is_in_ci else "warning", fact)


def _tree(tree: "Tree") -> dict[str, Any]:
    count = len(tree.report.diagnostics)
    if tree.report.has_errors:
        fact = f"{counted(count, 'problem')} in {tree.root}: `agentops validate` shows them"
        return _check("manifests", "failed", fact)
    return _check("manifests", "ok", f"{counted(len(tree.documents), 'document')} in {tree.root}")


Table = Sequence[Mapping[str, Any]]
"""The target's capability table, as it says it."""


async def _target(choice: Choice, tree: "Tree", path: Path) -> tuple[list[dict[str, Any]], Table | None]:
    name = choice.name or os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
    checks = [_check("target", "ok", f"{name} (by {choice.reason})")]
    try:
        if variable := credential_variable(choice, tree, os.environ):
            checks.append(_check("credential", "ok", f"the one in {variable}"))
        with _home(path) as home:
            async with opened(choice, tree, home) as target:
                found = await asyncio.gather(*(target.can_hold(each, betas) for each, betas in _COLLECTIONS.items()))
                table = await target.capabilities()
    except AgentopsError as error:
        return [*checks, _check("connection", "failed", _failure(error))], None
    where = "in this process" if choice.name == EMBEDDED else "answers, and takes the credential"
    checks.append(_check("connection", "ok", where))
    checks += [_held(each, has=has) for each, has in zip(_COLLECTIONS, found, strict=True)]
    return [*checks, _told(table)], table


@contextmanager
def _home(path: Path) -> Iterator[Path]:
    """Give the embedded engine's place. One that is nowhere yet is tried elsewhere: a look leaves nothing behind."""
    from agentops.engine.own_database import DATABASE

    home = home_of(path)
    if (home / DATABASE).exists():
        yield home
        return
    with TemporaryDirectory(prefix="agentops-doctor-") as folder:
        yield Path(folder)


def _failure(error: AgentopsError) -> str:
    """Return what was wrong and the way out, but not the way to here."""
    from agentops.targets.errors import SHOWN_BY_DOCTOR, TRIED_BY_DOCTOR

    hint = error.hint.removesuffix(SHOWN_BY_DOCTOR).removesuffix(TRIED_BY_DOCTOR)
    return f"{error.message.removesuffix('.')}; {hint}" if hint else error.message


def _told(table: Table | None) -> dict[str, Any]:
    """Say whether the target tells what it does with each field; the vendor's documentation tells it for the vendor."""
    if table is None:
        return _check("capabilities", "absent", "the target does not tell what it does with each field")
    return _check("capabilities", "ok", f"the target tells what it does with each field, {len(table)} entries")


def _held(collection: str, *, has: bool) -> dict[str, Any]:
    return _check(collection, "ok" if has else "absent", "" if has else "the target has none")


def _check(name: str, state: str, fact: str) -> dict[str, Any]:
    return {"name": name, "state": state, "fact": fact}


def _print(checks: list[dict[str, Any]]) -> None:
    paint = stdout_paint()
    marks = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "absent": ("○", "dim"), "failed": ("✗", "red")}
    for each in checks:
        symbol, colour = marks[each["state"]]
        print(f"  {paint(colour, symbol)} {each['name']:<14} {each['fact']}".rstrip())


def _line(said: object) -> str:
    """Return what a target said on one line: it is somebody else's text."""
    return printable(" ".join(str(said or "").split()))


def _print_lacking(table: Table) -> None:
    """Show what the target does not act on; what it does is too much to read, and in `-o json`."""
    lacking = [each for each in table if each.get("state") != "available"]
    if not lacking:
        return
    paint = stdout_paint()
    print("\nNot acted on by the target:")
    for each in lacking:
        state, name, note = (_line(each.get(key)) for key in ("state", "name", "note"))
        print(f"  {paint('yellow', f'{state:<8}')} {name:<34} {note}".rstrip())
