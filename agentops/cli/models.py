"""Which model answers for sessions: flags and environment → endpoints, a script, or a recording."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.cli.variables import variable

if TYPE_CHECKING:
    from agentops.base.clock import Clock
    from agentops.engine.meter import Meter
    from agentops.engine.models.endpoints import Endpoints
    from agentops.engine.runner.means import Means
    from agentops.engine.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)

_OPTIONS = (
    click.option(
        "--model-script",
        type=_FILE,
        help="A YAML script of what the model says, instead of a model: for demonstrations and tests.",
    ),
    click.option("--replay", type=_FILE, help="Answer from a recording, offline."),
    click.option(
        "--record",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Note what the model was asked and what it answered, for --replay.",
    ),
    click.option(
        "--unsafe-local-tools",
        is_flag=True,
        help="Run tools without a sandbox: whatever a model writes can then do all that you can.",
    ),
)


def model_options(command: F) -> F:
    """Add the flags that say which model answers and where its tools run."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class ModelFlags:
    """What the flags of `model_options` say."""

    model_script: Path | None = None
    replay: Path | None = None
    record: Path | None = None
    unsafe_local_tools: bool = False

    def __post_init__(self) -> None:
        """See that one of them answers.

        Raises:
            UsageError: two are to.
        """
        if self.model_script and self.replay:
            raise UsageError("--model-script and --replay both say what the model answers", hint="give one of them")


def means(
    settings: "Settings",
    clock: "Clock",
    flags: ModelFlags,
    *,
    is_embedded: bool = False,
    meter: "Meter | None" = None,
) -> "Means":
    """Return what sessions run with; `meter` counts the sandboxes.

    Raises:
        UsageError: a script, a recording or an endpoint cannot be used.
    """
    from agentops.engine.assembly import Sources, means

    script = read_script(flags.model_script) if flags.model_script else None
    sources = Sources(endpoints(is_embedded=is_embedded), script, flags.replay, flags.record)
    return means(settings, clock, sources, unsafe_local_tools=flags.unsafe_local_tools, meter=meter)


def endpoints(*, is_embedded: bool) -> "Endpoints":
    """Return where models are asked.

    `AGENTOPS_MODEL_BASE_URL`, with `AGENTOPS_MODEL_API_KEY` or `AGENTOPS_MODEL_AUTH_TOKEN`, names a server;
    `AGENTOPS_MODEL_NAME` is what to ask it for, whatever model an agent has. Inside this process the platform's own key
    serves too: there is no other server that `ANTHROPIC_API_KEY` could be meant for.
    """
    from agentops.engine.models.endpoints import Endpoint, Endpoints

    base_url, key, token = (variable(f"AGENTOPS_MODEL_{name}") for name in ("BASE_URL", "API_KEY", "AUTH_TOKEN"))
    if not key and is_embedded:
        key = variable("ANTHROPIC_API_KEY")
    if not (base_url or key or token):
        return Endpoints()
    name = variable("AGENTOPS_MODEL_NAME")
    default = Endpoint(
        base_url or "https://api.anthropic.com",
        api_key=Secret(key) if key else None,
        auth_token=Secret(token) if token else None,
        models={"*": name} if name else {},
    )
    return Endpoints(default)


def has_model(flags: ModelFlags, *, is_embedded: bool) -> bool:
    """Tell whether anything answers for models: a flag says so, or the environment names an endpoint."""
    if flags.model_script or flags.replay:
        return True
    names = ("AGENTOPS_MODEL_BASE_URL", "AGENTOPS_MODEL_API_KEY", "AGENTOPS_MODEL_AUTH_TOKEN")
    return any(map(variable, (*names, *(("ANTHROPIC_API_KEY",) if is_embedded else ()))))


def read_script(path: Path) -> Any:
    """Return a script as plain data.

    Raises:
        UsageError: the file is not one YAML document.
    """
    from agentops.engine.models.script import Script
    from agentops.manifests.marks import Text
    from agentops.manifests.shaped import judged
    from agentops.manifests.yaml import read

    stream = read(Text(str(path), path.read_text(encoding="utf-8", errors="replace")))
    if stream.diagnostics:
        first = stream.diagnostics[0]
        place = f":{first.span.line}:{first.span.column}" if first.span else ""
        raise UsageError(f"{path}{place}: {first.message}.", hint=f"`agentops explain {first.code.slug}` tells more.")
    if len(stream.documents) != 1:
        raise UsageError(f"{path} must hold one YAML document, it holds {len(stream.documents)}.")
    found = stream.documents[0]
    for problem in judged(Script, found)[1]:
        assert problem.span is not None
        place = f"{path}:{problem.span.line}:{problem.span.column}"
        raise UsageError(f"{place}: {problem.message}.", hint=problem.label)
    return found.data
