"""Where the server's own Python is found inside: the tool server runs on it, whatever the host has installed."""

import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_USR = PurePosixPath("/usr")
PREFIX_INSIDE = "/opt/agentops/python"
WRAPPER_INSIDE = "/opt/agentops/bin/python3"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python as it is started inside."""

    program: str
    """Its path inside."""

    prefix: Path | None
    """The folder of the host to be mounted at `PREFIX_INSIDE`; None where `/usr` holds it already."""

    @property
    def starter(self) -> str:
        """Return what starts it from any environment."""
        return WRAPPER_INSIDE if self.prefix else self.program

    @property
    def wrapper(self) -> str:
        """Return a script that starts it from any environment: the path of its library may not become everybody's."""
        return f'#!/bin/sh\nLD_LIBRARY_PATH={PREFIX_INSIDE}/lib exec {self.program} "$@"\n'

    @property
    def environment(self) -> tuple[tuple[str, str], ...]:
        """Return what it needs to find its library; whoever runs on it takes that away again."""
        return (("LD_LIBRARY_PATH", f"{PREFIX_INSIDE}/lib"),) if self.prefix else ()


def running() -> Interpreter:
    """Return the one that runs this, without its virtual environment."""
    return located(Path(sys.base_prefix).resolve(), f"bin/python{sys.version_info.major}.{sys.version_info.minor}")


def located(prefix: Path, program: str) -> Interpreter:
    """Return the interpreter of a prefix, wherever the host keeps it."""
    if prefix.is_relative_to(_USR):
        return Interpreter(f"{prefix}/{program}", None)
    return Interpreter(f"{PREFIX_INSIDE}/{program}", prefix)
