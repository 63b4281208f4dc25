"""What an environment lists, and the name of the layer that comes of it, apart so that the same finds the same."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentops.engine.core.json import Json, written
from agentops.engine.mounting.notices import shown
from agentops.engine.packages.managers import MANAGERS

_MOST = 100
"""How many packages one manager is asked for."""

_LONGEST = 300
"""Units: characters."""

_NAMED = 10
"""How many packages a sentence names."""

_NAME = re.compile(r"@?[\w./+-]+")
"""What comes before a version, in the syntax of every manager."""

_RECIPE = 1
"""Counts up when layers are made in another way."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one manager is to install."""

    manager: str
    specs: tuple[str, ...]

    def without(self, lacks: Sequence["Lack"]) -> "Wanted":
        """Return what is left to install."""
        gone = {spec for each in lacks for spec in each.specs}
        return Wanted(self.manager, tuple(each for each in self.specs if each not in gone))


@dataclass(frozen=True, slots=True)
class Layer:
    """What one manager installed, in a folder of that name."""

    manager: str
    key: str


@dataclass(frozen=True, slots=True)
class Lack:
    """Packages that a session goes on without, and why."""

    manager: str
    specs: tuple[str, ...]
    reason: str

    @property
    def sentence(self) -> str:
        """Return it for a person or a model."""
        names = [shown(each) for each in self.specs[:_NAMED]]
        more = len(self.specs) - len(names)
        named = ", ".join((*names, *([f"{more} more"] if more else [])))
        return f"{self.manager} could not install {named}: {self.reason.rstrip('.')}."


def wanted(packages: Json | None) -> tuple[Wanted, ...]:
    """Return what is to be installed, in the order of managers; each package once."""
    lists = {name: (packages or {}).get(name) or () for name in MANAGERS}
    return tuple(Wanted(name, tuple(dict.fromkeys(listed))) for name, listed in lists.items() if listed)


def refused(listed: Wanted) -> Lack | None:
    """Return why a list is not tried at all: too much of it, or something that a manager would take for an option."""
    if len(listed.specs) > _MOST:
        return Lack(listed.manager, listed.specs[:1], f"at most {_MOST} packages are installed by one manager")
    odd = [each for each in listed.specs if not _is_plain(each)]
    if odd:
        reason = f"a package has at most {_LONGEST} characters, no spaces, and does not begin with a hyphen"
        return Lack(listed.manager, tuple(each[:_LONGEST] for each in odd), reason)
    return None


def key(listed: Wanted, below: Sequence[Layer], host: str) -> str:
    """Return the name of a layer: the same for the same list, whatever its order, on the same layers and host."""
    parts = [_RECIPE, host, [each.key for each in below], listed.manager, sorted(listed.specs)]
    return hashlib.sha256(written(parts).encode()).hexdigest()


def suspects(specs: Sequence[str], complaint: str) -> list[str]:
    """Return the packages that a complaint names."""
    return [each for each in specs if (found := _NAME.match(each)) and found[0].lower() in complaint.lower()]


def _is_plain(spec: str) -> bool:
    is_sane = spec.isprintable() and not any(map(str.isspace, spec))
    return is_sane and 0 < len(spec) <= _LONGEST and not spec.startswith("-")
