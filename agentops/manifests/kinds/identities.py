"""What became of identities: names that things had before, what is kept without being managed, how long they wait."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from agentops.base.names import Address, Kind
from agentops.wire.fields import Duration
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, Omissible, Shape
from agentops.wire.wording import quoted

_WITHOUT_OBJECT = frozenset({Kind.PROJECT, Kind.RUBRIC})
_OBJECTS = {Kind.TEAM: Kind.AGENT}
"""Kinds that are another kind's object: a team is an agent with a roster, so one may become the other."""


def _problems(text: str) -> Iterator[Problem]:
    address = Address.parse(text)
    if address is None:
        yield Problem((), "invalid-value", f"must be an address such as Agent/reviewer, is {quoted(text)}")
    elif address.kind in _WITHOUT_OBJECT:
        yield Problem((), "invalid-value", f"must be a kind with objects on a target; a {address.kind} has none")
    elif address.part:
        yield Problem((), "invalid-value", "must be a document; a credential is known by what it is for")


Managed = Annotated[
    str,
    Field(min_length=1, max_length=200),
    Form('an address such as "Agent/reviewer"'),
    AfterValidator(lambda text: obeying(text, _problems(text))),
]
"""The address of something that has a live object."""


def _kept(keep: bool) -> Iterator[Problem]:  # noqa: FBT001 - pydantic's signature
    if not keep:
        yield Problem((), "invalid-value", "must be true; what is to go needs no entry: `agentops apply --prune`")


Kept = Annotated[
    bool, Field(json_schema_extra={"const": True}), AfterValidator(lambda keep: obeying(keep, _kept(keep)))
]


class Moved(Shape):
    """Something that has another name now, and stays the same object."""

    from_: Managed = Field(alias="from")
    """The address that it had. Nothing may be declared under it."""

    to: Managed
    """The address that it has."""

    @model_validator(mode="after")
    def _is_the_same_object(self) -> "Moved":
        return obeying(self, _moved(self.from_, self.to))


class Removed(Shape):
    """Something that is not managed any more, and lives on."""

    address: Managed
    """Nothing may be declared under it."""

    keep: Kept
    """Says that it stays alive. What is to go needs no entry: `agentops apply --prune`."""


class Prune(Shape):
    """How what no manifest declares any more is removed."""

    grace: Omissible[Duration] = None
    """How long it waits, retired, until pruning archives it. Default: `7d`."""


def clashes(moved: Sequence[Moved], removed: Sequence[Removed]) -> Iterator[Problem]:
    """Yield what the entries contradict each other in; paths are from the Project's spec."""
    to = {each.from_: each.to for each in reversed(moved)}
    for field, other in (("from_", "from"), ("to", "to")):
        first: dict[str, int] = {}
        for place, each in enumerate(moved):
            if first.setdefault(text := getattr(each, field), place) != place:
                message = f"must be said once; {text} is in another entry too"
                yield Problem(("moved", place, other), "not-unique", message)
    for place, each in enumerate(moved):
        if _comes_back(each.from_, to):
            yield Problem(("moved", place), "bad-combination", "must not lead back to where it began")
    for place, gone in enumerate(removed):
        if gone.address in to:
            message = f"must not be moved as well; {gone.address} became {to[gone.address]}"
            yield Problem(("removed", place, "address"), "bad-combination", message)


def _moved(before: str, after: str) -> Iterator[Problem]:
    old, new = Address.parse(before), Address.parse(after)
    if old is None or new is None:
        return
    if old == new:
        yield Problem(("to",), "bad-combination", "must be another address than `from`")
    elif _OBJECTS.get(old.kind, old.kind) is not _OBJECTS.get(new.kind, new.kind):
        yield Problem(("to",), "bad-combination", f"must be of the kind of `from`; no {old.kind} becomes a {new.kind}")


def _comes_back(start: str, to: dict[str, str]) -> bool:
    at = to[start]
    for _ in to:
        if at == start:
            return True
        at = to.get(at, "")
    return False
