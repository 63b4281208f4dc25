"""The same job by the tools that people know: check-jsonschema for validate; octoDNS and Terraform for a plan."""

import json
import shutil
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

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


def terraform(bench: Bench, count: int) -> Cost | None:
    """Return what it costs to plan as many resources of Terraform's own kind that are as they should be: no network.

    The state is written here, as `terraform apply` takes minutes to make so many of them.
    """
    tool = shutil.which("terraform")
    if tool is None:
        return None
    home = bench.folder / "terraform"
    home.mkdir()
    names = {f"agent_{number:05d}": f"looks after case {number}" for number in range(count)}
    wanted = {"resource": {"terraform_data": {name: {"input": text} for name, text in names.items()}}}
    (home / "main.tf.json").write_text(json.dumps(wanted))
    (home / "terraform.tfstate").write_text(json.dumps(_state(names)))
    settings = {**bench.settings, "TF_CLI_CONFIG_FILE": "", "CHECKPOINT_DISABLE": "1"}
    there = Bench(home, settings, bench.runs)
    there.once([tool, "init", "-input=false", "-no-color"])
    return there.cost([tool, "plan", "-input=false", "-no-color", "-detailed-exitcode"])


def _state(names: dict[str, str]) -> dict[str, object]:
    """Return Terraform's state, version 4, of resources that it has made. Source: `terraform.tfstate` of 1.11.4."""
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": str(uuid5(NAMESPACE_URL, "https://agents.example.com")),
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "terraform_data",
                "name": name,
                "provider": 'provider["terraform.io/builtin/terraform"]',
                "instances": [{"schema_version": 0, "attributes": _attributes(name, text)}],
            }
            for name, text in names.items()
        ],
    }


def _attributes(name: str, text: str) -> dict[str, object]:
    value = {"value": text, "type": "string"}
    return {"id": str(uuid5(NAMESPACE_URL, name)), "input": value, "output": value, "triggers_replace": None}
