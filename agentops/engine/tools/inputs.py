"""The inputs of the built-in tools, checked before anything runs: a model reads what is wrong and sends it again."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import Field, model_validator

from agentops.wire.problems import Problem, check, obeying
from agentops.wire.shape import Shape
from agentops.wire.wording import quoted

_FILE_MOST = 4 * 1024 * 1024
_PROBLEMS_MOST = 10

_Path = Annotated[str, Field(min_length=1, max_length=4096)]
_Pattern = Annotated[str, Field(min_length=1, max_length=10_000)]
_Content = Annotated[str, Field(max_length=_FILE_MOST)]


class BashInput(Shape):
    """Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_bash_input.py`."""

    command: Annotated[str, Field(max_length=100_000)] | None = None
    restart: bool | None = None
    timeout_ms: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _does_something(self) -> "BashInput":
        is_nothing = not self.restart and not (self.command or "").strip()
        problem = Problem(("command",), "missing-field", "must hold a command unless restart is true")
        return obeying(self, (problem,) if is_nothing else ())


class ReadInput(Shape):
    """Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_read_input.py`."""

    file_path: _Path
    view_range: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None


class WriteInput(Shape):
    """Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_write_input.py`."""

    file_path: _Path
    content: _Content


class EditInput(Shape):
    """Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_edit_input.py`."""

    file_path: _Path
    old_string: _Content
    new_string: _Content
    replace_all: bool | None = None


class GlobInput(Shape):
    """Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_glob_input.py`."""

    pattern: _Pattern
    path: _Path | None = None


class GrepInput(GlobInput):
    """Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_grep_input.py`."""


class WebFetchInput(Shape):
    """Source: platform.claude.com/docs/en/agents-and-tools/tool-use/web-fetch-tool."""

    url: Annotated[str, Field(min_length=1, max_length=2048)]


class WebSearchInput(Shape):
    """Source: platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool."""

    query: Annotated[str, Field(min_length=1, max_length=1000)]


INPUTS: Final[Mapping[str, type[Shape]]] = {
    "bash": BashInput,
    "read": ReadInput,
    "write": WriteInput,
    "edit": EditInput,
    "glob": GlobInput,
    "grep": GrepInput,
    "web_fetch": WebFetchInput,
    "web_search": WebSearchInput,
}


def checked(name: str, sent: object) -> Shape | str:
    """Return the input of a built-in tool, or what is wrong with the call in words for the model."""
    shape = INPUTS.get(name)
    if shape is None:
        return f"There is no tool {quoted(name)}. The built-in tools are {', '.join(INPUTS)}."
    if isinstance(sent, str):
        return f"The input of {name} was not a JSON object. It began: {quoted(sent[:200])}. Send the call again."
    found, problems = check(shape, sent)
    return found if found is not None else f"The input of {name} was not accepted.\n" + "\n".join(_said(problems))


def _said(problems: tuple[Problem, ...]) -> Iterator[str]:
    for each in problems[:_PROBLEMS_MOST]:
        place = ".".join(map(str, each.path)) or "it"
        names = f" (there are: {', '.join(each.candidates)})" if each.kind == "unknown-field" else ""
        yield f"- {quoted(place)[1:-1]} {each.message}{names}"
    if len(problems) > _PROBLEMS_MOST:
        yield f"- and {len(problems) - _PROBLEMS_MOST} more"
