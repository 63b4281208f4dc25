"""Rules of a project, judged in a process of their own that is ended when it takes too much."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from agentops.manifests.policies.policy import Rule
from agentops.reconcile.policies.rules import Finding, Hit

_WALL_S = 20.0
"""For one process, on a machine that has other things to do: it may compute for five of them."""

_MOST_PROCESSES = 4
_CHILD = "import sys; sys.path[:] = sys.argv[1:]; from agentops.reconcile.policies.child import main; main()"
"""Finds the modules that this process runs, and reads no setting and no folder that a stranger could fill."""

_TOO_LONG = "it took more than 5 seconds"
_TOO_MUCH = "it took more than 1 GiB of memory"
_LEFT = "rules before it took too much; mend those first"


async def judged(rules: Sequence[Rule], document: Mapping[str, Any]) -> list[Finding]:
    """Return the finding of each rule. One that takes too much is broken, and those behind it are judged anew."""
    findings: list[Finding] = []
    for _ in range(_MOST_PROCESSES):
        if len(findings) < len(rules):
            findings += await _findings(rules[len(findings) :], document)
    return [*findings, *(Finding(fault=_LEFT) for _ in rules[len(findings) :])]


async def _findings(rules: Sequence[Rule], document: Mapping[str, Any]) -> list[Finding]:
    """Return what one process found out, with the rule at its end that it did not survive."""
    asked = {"plan": document, "rules": [_plain(each) for each in rules]}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", _CHILD, *filter(None, sys.path)),
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    fault = ""
    try:
        async with asyncio.timeout(_WALL_S):
            out, _ = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        out, fault = b"", _TOO_LONG
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = [_finding(line["finding"]) for line in map(json.loads, out.splitlines()) if "told" in line]
    if len(found) == len(rules):
        return found
    return [*found, Finding(fault=fault or _reason(process.returncode or 0))]


def _plain(rule: Rule) -> dict[str, Any]:
    data = asdict(rule)
    del data["span"]
    return data


def _finding(data: Mapping[str, Any]) -> Finding:
    return Finding(tuple(Hit(**each) for each in data["hits"]), data["more"], data["fault"])


def _reason(status: int) -> str:
    """Return why the process came to its end: the system kills what computes too long, and refuses memory."""
    if status in {-signal.SIGKILL, -signal.SIGXCPU}:
        return _TOO_LONG
    return _TOO_MUCH if status < 0 else f"the process that judges it ended with {status}"
