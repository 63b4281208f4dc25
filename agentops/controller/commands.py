"""The very commands that a person runs, run on a commit: what they are told, and what their answers mean."""

import json
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentops.base.paint import printable
from agentops.base.secrets import Secret, masked
from agentops.controller.processes import Bounds, Done, Order, run

_KEPT = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SYSTEMROOT"),
)
"""What a command needs of this process to run at all, and to reach the network."""

_AGENTOPS = (sys.executable, "-P", "-m", "agentops")
"""The same installation. `-P`: the folder that it works in is a stranger's, and no module is loaded from it."""

_PRUNING = ("--prune", "--spare-protected")
"""What is protected stays: it stops nothing else from going."""
_VALIDATE = Bounds(time_s=120, cpu_s=60)
_PLAN = Bounds(time_s=300, cpu_s=120)
_APPLY = Bounds(time_s=1_800, cpu_s=600)
_MEMORY = Bounds(time_s=900, cpu_s=300)
_DREAMS = Bounds(time_s=3_600, cpu_s=1_800)
_THEIR_KEY = "check `api_key` of the target in the controller's configuration: is it a key of that server, and live?"
"""What a person is told who set no variable by hand."""

_SENTENCE = 500
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something did not go on."""

    message: str
    advice: str = ""
    is_refusal: bool = False
    """Whether it is the commit that is wrong; otherwise it may go right when it is tried again."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What would change."""

    data: Mapping[str, Any]
    """The JSON of `agentops plan -o json`."""

    prunes: bool = False
    """Whether removals of what is declared no more are part of it."""

    @property
    def id(self) -> str:
        """Return what `apply --expect` takes."""
        return str(self.data["plan_id"])

    @property
    def steps(self) -> Sequence[Mapping[str, Any]]:
        """Return the steps; none when the target is what the commit says."""
        return list(self.data["steps"])

    @property
    def undeclared(self) -> Sequence[str]:
        """Return what is declared no more and left alone."""
        return [str(each["address"]) for each in self.data["undeclared"] if not each.get("is_waiting")]

    @property
    def retired(self) -> Sequence[str]:
        """Return what is retired, or will be by this plan, and is archived by a later one."""
        waiting = [str(each["address"]) for each in self.data["undeclared"] if each.get("is_waiting")]
        return [*waiting, *(str(each["address"]) for each in self.steps if each["action"] == "retire")]


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply came to."""

    is_stale: bool = False
    """Whether the target is another one than was planned for: nothing was changed."""

    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs `agentops` in the folder of a commit, with the key of its target and the secrets that it may read."""

    surroundings: Mapping[str, str]
    """The environment of this process, of which little is handed on."""

    settings: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Secret] = field(default_factory=dict)

    async def validate(self, folder: Path) -> Problem | None:
        """Return what is wrong with the manifests."""
        done = await self._run(folder, ["validate", "-o", "json"], _VALIDATE, is_trusted=False)
        answer = _answer(done)
        if done.status == 0 and answer is not None:
            return None
        return self._problem(done, answer, "validate")

    async def plan(self, folder: Path, *, prunes: bool) -> Planned | Problem:
        """Return what would change on the target."""
        prune = _PRUNING if prunes else ()
        done = await self._run(folder, ["plan", "-o", "json", *prune], _PLAN)
        answer = _answer(done)
        if answer is None or "steps" not in answer or answer.get("is_blocked"):
            return self._problem(done, answer, "plan")
        return Planned(answer, prunes)

    async def apply(self, folder: Path, planned: Planned, commit: str) -> Applied:
        """Carry a plan out, if it still is the one."""
        prune = _PRUNING if planned.prunes else ()
        words = ["apply", "-o", "json", "--expect", planned.id, *prune]
        known = {"AGENTOPS_COMMIT": commit, "AGENTOPS_HOLDER": f"the controller on {socket.gethostname()}"}
        done = await self._run(folder, words, _APPLY, known)
        answer = _answer(done)
        if done.status == 4 and not done.broke:
            return Applied(is_stale=True)
        if done.status == 0 and answer is not None:
            return Applied()
        return Applied(problem=self._unfinished(answer) or self._problem(done, answer, "apply"))

    async def sync_memory(self, folder: Path) -> tuple[Any, Problem | None]:
        """Bring live stores and the memory repository in step; return what was told, and what went wrong."""
        return await self._told(folder, ["memory", "sync", "-o", "json"], _MEMORY)

    async def dream(self, folder: Path) -> tuple[Any, Problem | None]:
        """Dream whatever is due; return what was told, and what went wrong."""
        return await self._told(folder, ["dream", "run", "--due", "-o", "json"], _DREAMS)

    async def _told(self, folder: Path, words: Sequence[str], bounds: Bounds) -> tuple[Any, Problem | None]:
        done = await self._run(folder, words, bounds)
        answer = _answer(done)
        fine = done.status == 0 and answer is not None
        return answer, None if fine else self._problem(done, answer, " ".join(words[:2]))

    async def _run(
        self,
        folder: Path,
        words: Sequence[str],
        bounds: Bounds,
        more: Mapping[str, str] | None = None,
        *,
        is_trusted: bool = True,
    ) -> Done:
        """Run a command; one that needs no target gets no secret."""
        kept = {name: self.surroundings[name] for name in _KEPT if name in self.surroundings}
        given = {name: each.reveal() for name, each in self.given.items()} if is_trusted else {}
        settings = self.settings if is_trusted else {}
        own = {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", "AGENTOPS_SECRET_FILES": "refused"}
        environment = {**given, **kept, **settings, **own, **(more or {})}
        return await run(Order([*_AGENTOPS, *words], folder, environment, bounds=bounds))

    def _problem(self, done: Done, answer: Mapping[str, Any] | None, name: str) -> Problem:
        """Return what a command says that it could not do; only what it says of the commit refuses that."""
        if done.broke:
            # A target that is slow today, or a machine that is busy, breaks a bound as well as a commit does.
            return Problem(f"`agentops {name}` {done.broke}", "look at what it waited for, or make the commit smaller")
        known = {} if answer is None or done.status < 0 else answer
        said = known.get("error") or {}
        first = _first_error(known.get("diagnostics") or [])
        is_refusal = bool(known.get("is_blocked"))
        if first is not None:
            return Problem(self._clean(first[0]), self._clean(first[1]), is_refusal=True)
        if said:
            hint = _THEIR_KEY if "ANTHROPIC_API_KEY" in str(said.get("hint")) else said.get("hint", "")
            return Problem(self._clean(said.get("message", "")), self._clean(hint), is_refusal)
        lines = [each for each in done.err.splitlines() if each.strip()]
        last = next((each for each in lines if each.lower().startswith("error")), lines[-1] if lines else "")
        how = f"was ended by signal {-done.status}" if done.status < 0 else f"ended with {done.status}"
        fact = f"`agentops {name}` {how}" + (f": {last.strip()}" if last else "")
        return Problem(self._clean(fact), f"run `agentops {name}` on this commit by hand", is_refusal)

    def _unfinished(self, answer: Mapping[str, Any] | None) -> Problem | None:
        """Return which step of an apply failed."""
        results = ((answer or {}).get("outcome") or {}).get("results") or []
        failed = [each for each in results if each.get("state") == "failed"]
        if not failed:
            return None
        first = failed[0]
        done = sum(each.get("state") == "done" for each in results)
        message = f"{first.get('address')}: {first.get('detail')} ({done} of {len(results)} steps done)"
        return Problem(self._clean(message), self._clean(first.get("hint") or ""))

    def _clean(self, text: str) -> str:
        """Return words of a command as they may be kept and shown: bounded, harmless, without secrets."""
        # A secret of a few letters hides nothing when it is masked, but takes words apart.
        secrets = (each for each in self.given.values() if len(each.reveal()) >= _SHORTEST)
        return printable(" ".join(masked(str(text), secrets).split()))[:_SENTENCE]


def _answer(done: Done) -> Mapping[str, Any] | None:
    """Return the JSON document that a command printed, if it did."""
    if done.broke:
        return None
    try:
        found = json.loads(done.out)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else {"found": found}


def _first_error(diagnostics: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Return the first error with its place, and how to mend it; and how many there are beside."""
    errors = [each for each in diagnostics if each.get("severity") == "error"]
    if not errors:
        return None
    first = errors[0]
    where = first.get("place") or {}
    place = f"{where['file']}:{where['line']}:{where['column']}: " if where else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    notes = first.get("notes") or ()
    return f"{place}{first.get('message', '')}{more}", str(first.get("label") or next(iter(notes), ""))
