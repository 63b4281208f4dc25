"""`make demo` end to end: on the embedded engine, and against a real server on each database."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryFile

import pytest

from .command import bare_environment, started
from .nursery import shims
from .server import serving

pytestmark = [pytest.mark.flow, pytest.mark.timeout(400)]

DEMO = Path(__file__).parents[2] / "examples" / "incident-response" / "demo.sh"
PATIENCE_S = 380

ESSENTIAL = (
    r"  \+ Environment/incident-sandbox +create$",
    r"  \+ MemoryStore/incident-knowledge +create$",
    r"  \+ Agent/communications +create, version 1$",
    r"  \+ Team/incident +create, version 1$",
    r"Plan: 8 to create, 0 to update, 0 to re-pin, 0 to remove; 0 unchanged\. Plan [0-9a-f]{12}\.$",
    r"Applied: 8 done\.$",
    r"No changes\. 8 unchanged\. Plan [0-9a-f]{12}\.$",
    r"Logs: version 1 → 2, model claude-haiku-5-5 → claude-opus-5-5$",
    r"  ! Agent/logs +update, version 2 → 3: changed on the target since the last apply$",
    r"      description\b.*\[drift\]  agents\.d/logs\.yaml:\d+$",
    r"        -Finds everything\. Ask it anything\.$",
    r"        \+Finds the first error and what is new in the logs\.",
    r"      model\.id: live claude-opus-5-5 → wanted claude-haiku-5-5  \[drift\]  agents\.d/logs\.yaml:\d+$",
    r"Applied: 2 done\.$",
    r"No drift\.$",
    r"  ~ Agent/communications +update, version 1 → 2: the manifest changed$",
    r"        -.*At most 60 words\.",
    r"        \+.*At most 40 words\.",
    r"  \^ Team/incident +re-pin, version \d → \d: an agent that it pins gets a new version$",
    r"Plan: 0 to create, 1 to update, 1 to re-pin, 0 to remove; 6 unchanged\. Plan [0-9a-f]{12}\.$",
    r"Applied: 2 done\.$",
    r"No changes\. 8 unchanged\. Plan [0-9a-f]{12}\.$",
)
"""What a reader of the demo has to see, in this order."""

SESSION = (
    r"session sesn_\w+ on embedded: Logs version 3, claude-haiku-5-5, in Environment/incident-sandbox$",
    r"> /mnt/session/uploads/logs/payments\.log$",
    r"→ bash  cd /mnt/session/uploads/logs && grep -hE ",
    r"  │ +3 09:44 checkout ERROR$",
    r"  │ 09:41 41  payments charge approved processor=first took_ms=N slower than 5000$",
    r"I follow that request",
    r"  │ 2026-11-12T09:41:07\.204Z WARN  payments req=7c19e4b2 ",
    r"First: 2026-11-12 09:41:07 payments:",
    r"end turn · 5 requests · [\d,]+ tokens in, \d+ out",
    r"wrote path\.log \(\d+ bytes\)  \.agentops/sessions/sesn_\w+/outputs/path\.log$",
    r"sesn_\w+  idle  Logs  ",
    r"✓ the first line that matters is found before the loudest  agents\.d/logs\.test\.yaml:\d",
    r"2 passed$",
)
"""What it tells of the session, where there is a sandbox."""

TEAM = (
    r"session sesn_\w+ on embedded: Incident lead version \d, claude-opus-5-5, in Environment/incident-sandbox$",
    r"> Card payments fail since about 09:45 UTC",
    r"> to satisfy: Incident report, graded at most 3 times$",
    r"  │ /mnt/memory/incident-knowledge/failure-modes/connection-pool\.md:\d+:\*\*Symptom",
    r"⇢ Metrics: 2026-11-12, 08:40 to 10:00 UTC",
    r"  why: Everything hangs on the onset",
    r"⇢ Logs: ",
    r"⇢ Changes: ",
    r"⇢ Communications: ",
    r"· waits for Metrics, Logs, Changes and Communications$",
    r"→ write  file_path=/mnt/session/outputs/report\.md ",
    r"☐ evaluation 1: needs revision: 10 of 12 criteria are met, .* required but not met: chronological$",
    r"  ✗ chronological \(a check\): .* 2026-11-11T15:42:10Z stands behind 2026-11-12T09:45:41Z$",
    r"  ✗ follow-up: The second row has no test",
    r"⇢ Communications, again: Draft the status page",
    r"⇠ Communications reports$",
    r"☑ evaluation 2: satisfied: 12 of 12 criteria are met",
    r"satisfied · 8 requests of its own, 4 threads · [\d,]+ tokens in, ",
    r"wrote report\.md \([\d,]+ bytes\) ",
    r"wrote updates/1010-customers\.md ",
    r"Incident lead +\+0\.0 s .* end turn$",
    r"├─ Metrics +\+",
    r"│ +why: Everything hangs on the onset",
    r"├─ ☐ evaluation 1 .*needs revision$",
    r"└─ ☑ evaluation 2 .*satisfied$",
    r"\d\S+ \S+  sesn_\w+  2  +Team/incident v\d  claude-opus-5-5  1\.00   satisfied$",
    r"\d\S+ \S+  sesn_\w+  1  +Team/incident v\d  .* needs revision  chronological, follow-up$",
    r"✓ bad/unordered-timeline  needs revision  chronological$",
    r"4 of 7 agree · false passes 0 · false fails 0 · undecided 3$",
)
"""What it tells of the team, in this order."""

MEMORY = (
    r"  incident-knowledge: 11 memories from the live store$",
    r"lessons: 72 sessions to read, 72 new$",
    r"  \d+ operations in refs/agentops/proposals/1, opened$",
    r"Memory of incident-knowledge$",
    r"✓ \d+ of \d+ gates passed$",
    r"  \d  add +/pitfalls/book-reservation\.md +[0-9a-f]{12}$",
    r"     \+ `book_reservation` can fail with `payment amount does not add up",
    r"       evidence  booking-\d+-\d#evt_\d+ book_reservation: Error: payment amount does not add up",
    r"1 rejected, and not proposed again$",
    r"merged refs/agentops/proposals/1; ",
    r"incident-knowledge: \d+ memories written to the live store$",
    r"incident-knowledge  in step ",
    r"No changes\. 8 unchanged\.",
    r"→ bash  cat /mnt/memory/incident-knowledge/MEMORY\.md",
    r"  │ - `book_reservation` can fail with `payment amount does not add up",
    r"lessons: 3 sessions to read, 1 new$",
    r"  1 operation in refs/agentops/proposals/2, opened$",
    r"merged refs/agentops/proposals/2; ",
    r"incident-knowledge: 2 memories written to the live store$",
    r'\[main [0-9a-f]+\] Revert "Merge proposal 2: ',
    r"incident-knowledge: 2 memories written to the live store$",
    r"No note answers\.$",
    r"incident-knowledge  in step ",
)
"""What it tells of memory, from the first commit to a lesson taken back."""

BY_ITSELF = (
    r"✓ incident-response +in sync +live [0-9a-f]{12} ",
    r"\$ git push --quiet agents\.git main$",
    r"✓ incident-response +in sync +live [0-9a-f]{12} ",
    r"verified by the SDK: session\.outcome_evaluation_ended of sesn_\w+$",
    r"whd_\w+ +\d\S+  session\.outcome_evaluation_ended  delivered, one attempt$",
    r"✓ \d+ of \d+ gates passed$",
    r"     \+ Name the service in front of every time\.$",
    r"✓ incident-response +in sync +live [0-9a-f]{12} ",
)
"""What it tells of the server that follows git."""

LAST_ACT_WITHOUT_A_SERVER = "22"
"""Behind it a minute has to come by itself."""

LAST_ACT_AGAINST_A_SERVER = "15"
"""Whatever comes behind it uses the embedded engine, and a server of its own, in any case."""

REPORTS = (
    r"  │ Answer: from 09:44 UTC 14,317 of 20,623 orders failed \(69 %\)",
    r"  │ First: 2026-11-12 09:41:07 payments:",
    r"  │ Candidates: 1 · c81d7f2 ",
    r"  │ How many: 18 tickets",
)
"""What the specialists found, in whatever order they came to an end."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A bare one, in which `agentops` and `python` are born in the nursery."""
    bare = bare_environment(tmp_path)
    return {**bare, "PATH": f"{shims(tmp_path / 'bin')}{os.pathsep}{bare['PATH']}"}


def test_the_demo_runs_on_the_embedded_engine(environment: dict[str, str], sandbox: None) -> None:
    said = demo({**environment, "DEMO_LAST_ACT": LAST_ACT_WITHOUT_A_SERVER})
    assert_told(said, (*ESSENTIAL, *SESSION, *TEAM, *MEMORY))
    for each in REPORTS:
        assert_told(said, [each])


@pytest.mark.long
def test_the_demo_ends_with_a_server_that_works_by_itself(environment: dict[str, str], sandbox: None) -> None:
    assert_told(demo(environment), BY_ITSELF)


def test_what_the_demo_runs_loads_what_it_needs_by_itself(tmp_path: Path) -> None:
    """Here nothing is loaded beforehand: as `make demo`, up to the first apply and the empty plan after it."""
    copytree(DEMO.parent / "agents.d", tmp_path / "agents.d")
    for arguments, status in ((["apply", "--yes"], 0), (["plan", "--exit-code"], 0)):
        with Path(os.devnull).open() as nothing, TemporaryFile("w+") as said:
            streams = [nothing.fileno(), said.fileno(), said.fileno()]
            process = started(["agentops", *arguments], tmp_path, bare_environment(tmp_path), streams)
            said.seek(0)
            assert process.wait(PATIENCE_S) == status, said.read()


def test_the_demo_runs_against_a_server_with_two_settings(
    environment: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path / "server", database_url, start=started) as server:
        said = demo({**environment, **server.settings, "DEMO_LAST_ACT": LAST_ACT_AGAINST_A_SERVER})
    assert_told(said, (*ESSENTIAL, r"left out: this server has a model of its own"))
    assert server.key not in said
    assert f"incident-response → {server.url}" in said


def demo(environment: dict[str, str]) -> str:
    """Run the demo as a person would and return what it prints."""
    ran = subprocess.run(
        [DEMO],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "Traceback" not in ran.stdout
    assert "\x1b" not in ran.stdout
    return ran.stdout


def assert_told(said: str, essential: Sequence[str]) -> None:
    """Find every essential line, one after the other."""
    lines: Iterator[str] = iter(said.splitlines())
    for wanted in essential:
        assert any(re.match(wanted, line) for line in lines), f"no line like {wanted!r} where it should be in\n{said}"
