"""policy.yaml of a memory repository: read, judged, and made into what the gates go by."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from agentops.base.diagnostics import Diagnostic, Report
from agentops.base.names import nearest
from agentops.base.paths import Path
from agentops.manifests.codes import policies, yamls
from agentops.manifests.marks import Marks, Text
from agentops.manifests.parsed import Parsed
from agentops.manifests.shaped import judged
from agentops.manifests.wording import ticked
from agentops.manifests.yaml import read
from agentops.memory.gates.port import Policy
from agentops.memory.gates.strictness import FLOORS, Strictness, is_below
from agentops.wire.memory_policies import MemoryPolicy, StorePolicy

FILE = "policy.yaml"
"""Where it lies, at the root of the repository."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What a repository's policy says, and what is wrong with it."""

    whole: MemoryPolicy
    report: Report
    text: Text

    def of(self, store: str, asked: Mapping[str, str] | None = None) -> Policy:
        """Return what the gates go by for a store; what a schedule asks for stands above what the file says."""
        own = (self.whole.stores or {}).get(store, StorePolicy())
        policy = _with(_with(Policy(), self.whole), own)
        return replace(policy, strictness={**policy.strictness, **(asked or {})})

    def source_line(self, _file: str, line: int) -> str:
        """Return a line of the file for an excerpt."""
        return self.text.line(line)


def policies_of(text: Text, stores: Collection[str] = ()) -> Policies:
    """Return the policy that a text holds; one with errors counts as empty, which is as strict as gates are built.

    Reports: policy.documents, policy.floor, policy.unknown-store, the codes of `yaml`, the manifest codes of
    request problems.
    """
    stream = read(text)
    # `off` is a word of this file, not a truth value in disguise: nobody needs to put it in quotes.
    told = [each for each in stream.diagnostics if each.code is not yamls.LOOK_ALIKE]
    whole = MemoryPolicy()
    if len(stream.documents) > 1:
        place = stream.documents[1].marks.span(())
        told.append(Diagnostic(policies.DOCUMENTS, f"{ticked(text.file)} holds several documents", place, "keep one"))
    elif stream.documents and stream.documents[0].sound:
        found, problems = judged(MemoryPolicy, stream.documents[0])
        told += problems
        whole = found or whole
        told += _problems(whole, stream.documents[0], stores)
    report = Report.of(told)
    return Policies(MemoryPolicy() if report.has_errors else whole, report, text)


def _problems(whole: MemoryPolicy, parsed: Parsed, stores: Collection[str]) -> Iterator[Diagnostic]:
    yield from _floors(whole, (), parsed.marks)
    for name, own in (whole.stores or {}).items():
        yield from _floors(own, ("stores", name), parsed.marks)
        if stores and name not in stores:
            yield _unknown(name, stores, parsed.marks)


def _floors(policy: StorePolicy, path: Path, marks: Marks) -> Iterator[Diagnostic]:
    for gate, asked in (policy.gates or {}).items():
        if is_below(Strictness(asked), gate):
            least = FLOORS[gate]
            message = f"the gate {gate} cannot be {ticked(asked)}: it is {ticked(least)} at least"
            yield Diagnostic(
                policies.FLOOR, message, marks.span((*path, "gates", gate)), f"remove the line, or write {least}"
            )


def _unknown(name: str, stores: Iterable[str], marks: Marks) -> Diagnostic:
    near = nearest(name, sorted(stores))
    label = f"did you mean {near}?" if near else f"stores here: {', '.join(sorted(stores))}"
    message = f"the repository has no store {ticked(name)}"
    return Diagnostic(policies.STORE, message, marks.key_span(("stores", name)), label)


def _with(policy: Policy, said: StorePolicy) -> Policy:
    """Return the policy with what is said in place of what it held; protected paths are only ever added to."""
    asked = {str(gate): str(how) for gate, how in (said.gates or {}).items()}
    return Policy(
        strictness={**policy.strictness, **asked},
        protected=(*policy.protected, *(each for each in said.protected or () if each not in policy.protected)),
        most_changed=policy.most_changed if said.most_changed is None else said.most_changed,
        most_growth=policy.most_growth if said.most_growth is None else said.most_growth,
    )
