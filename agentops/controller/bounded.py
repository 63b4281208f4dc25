"""What is started in place of a command: it bounds itself, sees to it that it dies with its parent, and becomes it.

It runs on its own, with little of the standard library: `bounded.py MEMORY CPU FILE COMMAND...`. Units: bytes, seconds,
bytes. To set limits between fork and exec would run Python in a copy of a process that has threads.
"""

import ctypes
import os
import resource
import sys

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG. Source: Linux `include/uapi/linux/prctl.h`."""

_KILL = 9
"""SIGKILL. To load `signal` takes longer than to load all the rest."""


def main() -> None:
    """Set the limits and become the command."""
    parent = os.getppid()
    memory, cpu_s, file = map(int, sys.argv[1:4])
    command = sys.argv[4:]
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),  # first the signal that names the reason
        (resource.RLIMIT_FSIZE, file, file),
        (resource.RLIMIT_CORE, 0, 0),  # what it holds of secrets stays out of files
    ):
        _, given = resource.getrlimit(kind)
        resource.setrlimit(kind, (soft, hard) if given == resource.RLIM_INFINITY else (min(soft, given), given))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, _KILL)
        if os.getppid() != parent:  # it died before it was asked
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
