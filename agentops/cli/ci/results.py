"""Where a pipeline wants its results: outputs of the step, and the page of the run."""

from collections.abc import Mapping
from pathlib import Path

from agentops.base.files import write_whole
from agentops.cli.ci.pipeline import Pipeline

_SUMMARY_BYTES = 1 << 20
"""Source: GitHub Docs, "Workflow commands for GitHub Actions": 1 MiB a step."""

SUMMARY_LIMIT = 250_000
"""Units: characters of Markdown for the page of the run, of four bytes at most."""


def write_outputs(run: Pipeline, outputs: Mapping[str, str | bool]) -> None:
    """Hand outputs to the steps that follow; a value is one line, so none can be read as another output."""
    if run.outputs is None:
        return
    lines = ((name, str(value).lower() if isinstance(value, bool) else value) for name, value in outputs.items())
    with run.outputs.open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={' '.join(value.split())}\n" for name, value in lines)


def write_summary(run: Pipeline, markdown: str) -> None:
    """Add to the page of the run, as far as there is room."""
    if run.summary is None:
        return
    room = _SUMMARY_BYTES - (run.summary.stat().st_size if run.summary.exists() else 0)
    if len(markdown.encode()) + 1 <= room:
        with run.summary.open("a", encoding="utf-8") as file:
            file.write(f"{markdown}\n")


def write_text(path: Path, text: str) -> None:
    """Write a file of results, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
