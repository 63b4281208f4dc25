"""The same memory and sessions give the same bytes: whatever the process's hash seed, clock, zone and language are."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPT = """
import asyncio, sys
from datetime import date
from pathlib import Path
from agentops.base.canonical import digest
from agentops.dreaming import settling
from agentops.dreaming.lexical import LexicalDreamer
from agentops.dreaming.port import Night
from agentops.dreaming.readers import openai_chat
from agentops.memory import ledger_text
from agentops.memory.gates.port import Policy
from agentops.memory.notes import Memory
from agentops.memory_repo.proposals import body, record
from agentops.memory_repo.proposals.letter import Letter, lessons

read = openai_chat.read(Path(sys.argv[1]).read_text("utf-8"), name="booking").transcripts[:24]
night = Night(Memory(), read if sys.argv[2] == "forth" else read[::-1], date(2026, 11, 20))
dream = asyncio.run(LexicalDreamer().dream(night))
found = settling.settled(night, dream, settling.Ground(Memory(), "dream-1", Policy()))
told = lessons(found.dream.operations, {}, settling.witnesses(night))
letter = Letter("desk", found.dream, "dream-1", night.today, lessons=told, gates=found.judgement.marks)
after = settling.remembered(found.after, night, found.dream)
files, ledger = dict(found.after.files), dict(ledger_text.written(after.ledger))
assert len(told) >= 3
print(digest([files, ledger, body.body(letter), dict(record.written(letter))]))
"""


def test_two_processes_that_agree_on_nothing_else_agree_on_every_byte() -> None:
    surroundings = (
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4242", "TZ": "America/Adak", "LC_ALL": "C.UTF-8"},
    )
    told = [_told(each, order) for each, order in zip(surroundings, ("forth", "back"), strict=True)]

    assert told[0] == told[1]


def _told(surroundings: dict[str, str], order: str) -> str:
    sessions = ROOT / "tests" / "data" / "tau-bench" / "airline-sessions.jsonl"
    command = [sys.executable, "-c", SCRIPT, str(sessions), order]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **surroundings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
