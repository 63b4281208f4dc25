"""The same job by the tools that people know: check-jsonschema for validate, octoDNS for a plan without changes."""

from pathlib import Path

from tests.flow.command import BIN

from .measure import Bench, Cost

_SCHEMA = Path(__file__).parents[2] / "schema" / "Agent.json"
_ZONE = "agents.example.com."
_CONFIG = f"""\
providers:
  source: {{class: octodns.provider.yaml.YamlProvider, directory: source, enforce_order: false}}
  target: {{class: octodns.provider.yaml.YamlProvider, directory: target, enforce_order: false}}
zones:
  {_ZONE}: {{sources: [source], targets: [target]}}
"""
_RECORD = "agent-{number:05d}: {{type: TXT, ttl: 300, value: looks after case {number}}}\n"


def check_jsonschema(bench: Bench) -> Cost | None:
    """Return what it costs to check the same agents against our schema, or None where the tool is not installed."""
    tool = BIN / "check-jsonschema"
    files = sorted(each.relative_to(bench.folder) for each in bench.folder.glob("agents.d/*/*.yaml"))
    return bench.cost([tool, "--schemafile", _SCHEMA, *files]) if tool.exists() else None


def octodns(bench: Bench, count: int) -> Cost | None:
    """Return what it costs to plan as many records that are as they should be; no network, no API, short records."""
    tool = BIN / "octodns-sync"
    if not tool.exists():
        return None
    (bench.folder / "octodns.yaml").write_text(_CONFIG)
    records = "---\n" + "".join(_RECORD.format(number=number) for number in range(count))
    for side in ("source", "target"):
        (bench.folder / side).mkdir()
        (bench.folder / side / f"{_ZONE}yaml").write_text(records)
    return bench.cost([tool, "--config-file", "octodns.yaml"])
