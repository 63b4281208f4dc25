"""A process of its own for rules: what one of them takes is bounded by the system, whatever it is made of.

CEL bounds rounds, not time or memory: `[s].map(a, a + a).map(a, a + a)…` doubles a text at each step, and a pattern in
a JSON Schema may try for ever. Rules come on standard input; a line goes out before and after each.
"""

import json
import resource
import sys
from dataclasses import asdict
from typing import Any

from agentops.base.diagnostics import Span
from agentops.manifests.policies.policy import Rule
from agentops.reconcile.policies.judging import judged
from agentops.reconcile.policies.rules import Finding

CPU_S = 5
"""For all rules of one process, which is begun anew behind a rule that took too much."""

MEMORY_BYTES = 1024**3
_NOWHERE = Span("", 1, 1, 1, 1)


def main() -> None:
    """Judge the rules on standard input."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    asked = json.load(sys.stdin)
    for place, each in enumerate(asked["rules"]):
        _tell({"begun": place})
        rule = Rule(**{**each, "span": _NOWHERE, "sees": tuple(each["sees"])})
        try:
            found = judged(rule, asked["plan"])
        except MemoryError:
            found = Finding(fault="it took more than 1 GiB of memory")
        _tell({"told": place, "finding": asdict(found)})


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
