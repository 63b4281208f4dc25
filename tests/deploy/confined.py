"""Looks whether sandboxes can be built under a filter of system calls, and says so; argument: the names allowed.

A program of its own, run by the system's Python as nobody in particular, as the unit runs the server.
"""

import asyncio
import ctypes
import sys

DENIED = 0x00050000 | 1  # SCMP_ACT_ERRNO(EPERM), as SystemCallErrorNumber has it
ALLOWED = 0x7FFF0000


def confine(names: list[str]) -> None:
    """Allow these system calls of this machine's own kind and no others, for good. Source: seccomp_rule_add(3)."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(DENIED))
    for name in names:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # others are of other machines
            assert library.seccomp_rule_add(context, ALLOWED, number, 0) == 0, name
    assert library.seccomp_load(context) == 0


if __name__ == "__main__":
    sys.path[:0] = sys.argv[1].split(":")
    from agentops.engine.sandbox.bubblewrap import Bubblewrap

    confine(sys.argv[2].split())
    print(asyncio.run(Bubblewrap().isolation()))
