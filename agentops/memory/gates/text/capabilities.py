"""What an agent could be made to do after a proposal that it could not before: commands, packages, domains, recipients.

Whatever widens it is wanted by a person, or by two independent ones, or is told to the reviewer.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agentops.base.wording import counted
from agentops.memory.evidence import Origin
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.sources import Sources
from agentops.memory.gates.wording import quoted
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation

_ENOUGH_PEOPLE = 2
"""Who independently led to the same is believed. Source: dreaming note, section 5, the k-source rule."""

_TOP = (
    r"com|net|org|io|dev|app|ai|co|me|info|biz|xyz|site|online|top|cloud|tech|zip|ru|cn|de|fr|uk|eu|us|in|jp|br|example|"
    r"test"
)
_URL = re.compile(r"\b(?:https?|ftp|wss?)://(?:[^\s/@\"'`<>()]{1,100}@)?(?P<domain>[^\s/:?#\"'`<>()\[\]]{1,253})")
_DOMAIN = re.compile(
    rf"(?<![\w@./-])(?P<domain>(?:[a-z0-9-]{{1,63}}\.){{1,6}}(?:{_TOP}))(?![\w-]|\.\w|\()", re.IGNORECASE
)
_RECIPIENT = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[A-Za-z]{2,24}\b")
_PACKAGE = re.compile(
    r"\b(?:pip3?|pipx|uv|uvx|poetry|npm|npx|pnpm|yarn|bunx?|cargo|gem|brew|apt|apt-get|dnf|yum|apk|go|docker|helm|conda|composer)"
    r"\s+(?:(?:pip|install|add|i|get|pull|dlx|exec|require|tool)\s+){1,2}(?:-{1,2}[\w-]+(?:=\S+)?\s+)*(?P<name>[@\w][\w./@:~^=<>-]*)"
)
_COMMAND = re.compile(
    r"(?:^|[`\s(;&|])(?P<command>(?:sudo\s+)?(?:curl|wget|ssh|scp|sftp|rsync|nc|ncat|socat|telnet|rm|chmod|chown|dd|mkfs|eval|"
    r"crontab|nohup|iptables|systemctl|(?:ba|z)?sh\s+-c|python3?\s+-c|node\s+-e|perl\s+-e|docker\s+run|kubectl\s+(?:delete|exec|"
    r"apply)|terraform\s+(?:apply|destroy)|aws|gcloud|az|git\s+push\s+(?:-f|--force)|psql|mysql|redis-cli)\s+[^`\n]{2,120})"
)

_RUN = frozenset({"command", "package"})
"""What runs. Agents may note whom they meet; what they note to be run is looked at."""


@dataclass(frozen=True, slots=True, order=True)
class Capability:
    """One thing that a text could make an agent do."""

    sort: str
    """`command`, `package`, `domain` or `recipient`."""

    name: str


class Capabilities:
    """Finds what is named for the first time and could be used."""

    name = "capabilities"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each new capability that no person is known to want."""
        sources = Sources(proposal)
        for claim, capability in _new(proposal):
            weight = _weight(capability, claim.operation, sources)
            if claim.operation is None and claim.path not in proposal.by_people and capability.sort in _RUN:
                weight = Consequence.WARN
            if weight is not None:
                message = (
                    f"{claim.path}, line {claim.line}, brings in the {capability.sort} {quoted(capability.name)}, "
                    "which no person is known to want: leave it out, or let a person state it"
                )
                name = claim.operation.id if claim.operation else ""
                yield Objection(self.name, weight, message, claim.path, claim.line, name)


def words(proposal: Proposal) -> str:
    """Return in one line what the proposal adds: `adds 2 commands, 1 domain`; nothing when it adds nothing."""
    counts = Counter(each.sort for each in {capability for _, capability in _new(proposal)})
    parts = [counted(count, sort) for sort, count in sorted(counts.items())]
    return f"adds {', '.join(parts)}" if parts else ""


def capabilities(text: str) -> Iterator[Capability]:
    """Yield what a text names that an agent could use."""
    for found in _COMMAND.finditer(text):
        yield Capability("command", found["command"].strip(" .,;:)"))
    for found in _PACKAGE.finditer(text):
        yield Capability("package", found["name"].rstrip(".,;:"))
    for found in _RECIPIENT.finditer(text):
        yield Capability("recipient", found[0].lower())
    for pattern in (_URL, _DOMAIN):
        for found in pattern.finditer(text):
            yield Capability("domain", found["domain"].lower().rstrip(".,;"))


def _new(proposal: Proposal) -> Iterator[tuple[changes.Claim, Capability]]:
    known = _known(changes.judged(proposal.before))
    for claim in changes.claims(proposal):
        for each in sorted(set(capabilities(claim.text))):
            if each.name.lower() not in known:
                yield claim, each


def _known(memory: Memory) -> str:
    return "\n".join(text for _, text in sorted(memory.files.items())).lower()


def _weight(capability: Capability, operation: Operation | None, sources: Sources) -> Consequence | None:
    """Return what follows from who named it; None when a person did, or two led to it."""
    if operation is None or sources.is_answered_for(operation):
        return None
    name = capability.name.lower()
    if name in sources.user_said(operation).lower() or len(sources.principals(operation)) >= _ENOUGH_PEOPLE:
        return None
    if name in sources.agent_called(operation).lower():
        return Consequence.WARN
    origins = {each.origin for each in sources.read(operation)}
    is_our_own = origins == {Origin.TOOL} and capability.sort in {"domain", "command"}
    return Consequence.WARN if is_our_own else Consequence.QUARANTINE
