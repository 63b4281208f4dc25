"""The command table. Commands are loaded when they are called, so that starting costs nothing that is not used."""

from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

import agentops

_COMMANDS = {
    "init": "Write a first project that validates.",
    "validate": "Check manifests; needs no server.",
    "plan": "Show what would change on the target.",
    "apply": "Make the target what the manifests say.",
    "drift": "Show what changed on the target behind our back.",
    "watch": "Check and plan after every save.",
    "why": "Show which commit wrote a line, and what is live of it.",
    "rollback": "Write an old version back into the manifests.",
    "graph": "Show which manifest names which; needs no server.",
    "import": "Write manifests for what exists, and take it over as it is.",
    "forget": "Stop managing an object, and leave it alive.",
    "destroy": "Remove everything that this project owns.",
    "ids": "Print the live id behind each name in the manifests.",
    "lock": "Show who is applying to a target, and take the lease from a dead run.",
    "run": "Give an agent a task and show what it does.",
    "session": "List, show, follow and answer sessions.",
    "dream": "Learn from sessions, as a pull request to the memory repository.",
    "rubric": "Grade artifacts, try rubrics out, see what graders found.",
    "test": "Try agents with the tests beside their manifests.",
    "memory": "Keep what agents learn in git: status, sync, log, blame, revert, forget.",
    "ci": "Validate, plan, comment and apply in a pipeline.",
    "doctor": "Check this machine, the target and the credential.",
    "webhook": "Register who is told of events in a workspace, and see whether they hear.",
    "environment-key": "Make keys for the workers of a self-hosted environment.",
    "controller": "Follow git repositories: what is merged there is what runs.",
    "status": "Tell how the followed repositories stand.",
    "serve": "Run the engine: the Managed Agents API on this machine.",
    "backup": "Write a server's data to one file, while it works.",
    "restore": "Make a backup the data of a server.",
    "vault-key": "Rotate the key that seals an engine's secrets.",
    "schema": "Write or check the JSON Schemas of the manifests.",
    "explain": "Tell more about a diagnostic code.",
    "version": "Print the version.",
}

_EPILOG = """\b
Exit codes
  0    done, or nothing to do
  1    problems found, or something failed
  2    wrong usage
  3    changes or drift pending (only with --exit-code)
  4    the plan is not the one that was approved
  130  interrupted
"""


class _Lazy(click.Group):
    """Knows every command's name and line, and imports a command when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_") + "_" * iskeyword(cmd_name)
        command: click.Command = getattr(import_module(f"agentops.cli.commands.{name}"), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            from agentops.base.names import nearest

            near = nearest(args[0], _COMMANDS)
            guess = f"did you mean `{near}`?" if near else "`agentops --help` lists the commands"
            ctx.fail(f"there is no command `{args[0]}`: {guess}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(
    cls=_Lazy, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--debug", is_flag=True, help="Show the stack trace of a failure.")
@click.version_option(agentops.__version__, "--version", prog_name="agentops")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Agents, teams, rubrics and memory as YAML in git, reconciled by plan and apply."""
    ctx.obj = {"debug": debug}
