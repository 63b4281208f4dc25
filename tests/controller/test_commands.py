"""What the answers of commands mean: a commit is refused for what a command says of it, and for nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from agentops.controller import commands
from agentops.controller.commands import Commands, Planned, Problem
from agentops.controller.processes import Done

pytestmark = pytest.mark.anyio

PLANNED = Planned({"plan_id": "p1", "steps": [{"action": "update", "address": "Agent/one"}], "undeclared": []})
PLACE = {"file": "agents.d/shop.yaml", "line": 3, "column": 1}
BROKEN = {"diagnostics": [{"severity": "error", "message": "it is broken", "place": PLACE, "label": "mend it"}]}
BLOCKED = {"is_blocked": True, "steps": [], "error": {"message": "pruning would remove all 4 objects", "hint": ""}}
AWAY = {"error": {"message": "the target does not answer", "hint": "wait"}, "diagnostics": []}
FULL = {"error": {"message": "the cache cannot be used: No space left on device", "hint": ""}, "diagnostics": []}


def answered(status: int, answer: Any) -> Done:
    return Done(status, json.dumps(answer).encode(), "")


async def problems(monkeypatch: pytest.MonkeyPatch, done: Done) -> dict[str, Problem]:
    """Return what each command makes of having ended like this."""

    async def ended(_order: object) -> Done:
        return done

    monkeypatch.setattr(commands, "run", ended)
    all_of_them = Commands({})
    found = {
        "validate": await all_of_them.validate(Path()),
        "plan": await all_of_them.plan(Path(), prunes=False),
        "apply": (await all_of_them.apply(Path(), PLANNED, "c" * 40)).problem,
    }
    return {name: each for name, each in found.items() if isinstance(each, Problem)}


@pytest.mark.parametrize(
    "done",
    [
        pytest.param(Done(-15, b"", "", "took longer than 120 s"), id="it took too long"),
        pytest.param(Done(-24, b"", "", "used more than 60 s of processor time"), id="it computed too long"),
        pytest.param(Done(-2, json.dumps(BROKEN).encode(), "", "took longer than 120 s"), id="whatever it said before"),
        pytest.param(Done(-9, b"", ""), id="it was killed"),
        pytest.param(answered(-9, BROKEN), id="it was killed while it spoke"),
        pytest.param(Done(1, b"", "MemoryError\n"), id="it found no memory"),
        pytest.param(answered(1, FULL), id="the machine's disk is full"),
        pytest.param(answered(1, AWAY), id="the target is away"),
    ],
)
async def test_what_says_nothing_of_the_commit_is_tried_again(monkeypatch: pytest.MonkeyPatch, done: Done) -> None:
    found = await problems(monkeypatch, done)
    assert {name: each.is_refusal for name, each in found.items()} == dict.fromkeys(
        ("validate", "plan", "apply"), False
    )
    assert all(each.message for each in found.values())


async def test_what_a_command_says_of_the_commit_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await problems(monkeypatch, answered(1, BROKEN))
    assert {each.message for each in found.values()} == {"agents.d/shop.yaml:3:1: it is broken"}
    assert all(each.is_refusal for each in found.values())
    blocked = (await problems(monkeypatch, answered(1, BLOCKED)))["plan"]
    assert (blocked.message, blocked.is_refusal) == ("pruning would remove all 4 objects", True)
