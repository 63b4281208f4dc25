"""Every metric that there is, shown once.

`python -m tests.engine.metrics.catalogue` writes the table of docs/metrics.md.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client.parser import text_string_to_metric_families

from agentops.base.clock import SystemClock, timestamp
from agentops.engine.api.app import ROUTES
from agentops.engine.core.conversation import Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.model_table import MODELS
from agentops.engine.metering.database import KINDS
from agentops.engine.metrics import labels
from agentops.engine.metrics.exposition import Exposition
from agentops.engine.metrics.families import Families
from agentops.engine.store.choice import database

from .town import Alone

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"
BEGIN, END = "<!-- made by tests/engine/metrics/catalogue.py -->\n", "<!-- end -->\n"


@dataclass(frozen=True)
class Shown:
    """One metric, with the values that its labels can have here."""

    name: str
    kind: str
    told: str
    labels: dict[str, frozenset[str]]


def exposed(folder: Path) -> str:
    """Return what a server shows once everything has happened that is counted."""
    families = Families(MODELS, "sqlite")
    _everything(families)
    return asyncio.run(_text(families, folder))


async def _text(families: Families, folder: Path) -> str:
    clock, opened = SystemClock(), database(f"sqlite:///{folder / 'engine.db'}")
    exposition = Exposition(families, opened, clock, Alone())
    await opened.open(timestamp(clock.now()))
    await exposition.look()
    await opened.close()
    return exposition.text("")[1].decode()


def _everything(families: Families) -> None:
    for path in (*[each for each, _ in ROUTES], None):
        for status in (200, 404, 500):
            families.answering()
            families.answered(path, "GET", status, 0.1)
    for outcome in labels.MODEL_OUTCOMES:
        families.asked({"id": "claude-opus-5-5"}, outcome, 1.0, Usage(1, 1))
    for tool in labels.TOOLS:
        for ended in ("ok", "error", "unavailable", "cancelled"):
            families.ran(tool, None, ended, 0.1)  # type: ignore[arg-type]  # the closed set, spelled out
    for kind in KINDS:
        families.transacted(kind, 0.1, "contention")
    families.committed([Entry("sevt_1", "agent.message", "2026", {})])


def shown(text: str) -> list[Shown]:
    """Return every metric of an exposition, by name."""
    found = []
    for family in text_string_to_metric_families(text):
        if family.name.endswith("_created"):
            continue
        values = defaultdict(set)
        for sample in family.samples:
            for label, value in sample.labels.items():
                values[label].add(value)
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found.append(Shown(name, family.type, family.documentation, {key: frozenset(of) for key, of in values.items()}))
    return sorted(found, key=lambda each: each.name)


def table(metrics: list[Shown]) -> str:
    """Return the metrics as a table in Markdown."""
    lines = ["| metric | type | labels | what it tells |", "| --- | --- | --- | --- |"]
    for each in metrics:
        named = ", ".join(f"`{label}`" for label in sorted(each.labels) if label != "le")
        lines.append(f"| `{each.name}` | {each.kind} | {named} | {each.told} |")
    return "\n".join(lines) + "\n"


def page(text: str, made: str) -> str:
    """Return the page with another table."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    with TemporaryDirectory() as there:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), table(shown(exposed(Path(there))))), encoding="utf-8")
