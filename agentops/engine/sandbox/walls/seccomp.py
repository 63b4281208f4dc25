"""The filter of system calls as bytes for the kernel, assembled here: a library would be one more thing to trust."""

import errno
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agentops.engine.sandbox.walls import syscalls
from agentops.engine.sandbox.walls.syscalls import Number

Architecture = Literal["x86_64", "aarch64"]

_AUDIT: dict[Architecture, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""Source: Linux `include/uapi/linux/audit.h`, AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64."""

_LOAD, _EQUAL, _ABOVE, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
"""BPF_LD|W|ABS, BPF_JMP|JEQ|K, JGT, JGE, JSET, BPF_RET|K. Source: Linux `include/uapi/linux/bpf_common.h`."""

ALLOW = 0x7FFF0000
KILL = 0x80000000
_ERRNO = 0x00050000
"""Source: Linux `include/uapi/linux/seccomp.h`, SECCOMP_RET_ALLOW, _KILL_PROCESS, _ERRNO."""

_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
"""Offsets in `struct seccomp_data`. Of an argument the lower half is read: both architectures are little-endian."""

_X32 = 0x40000000
"""What is added to the numbers of the x32 interface, a second door to every call."""

_NEW_NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. Source: Linux `include/uapi/linux/sched.h`."""

_FAMILIES = (1, 2, 10, 16)
"""AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK, which resolvers ask for the addresses of the machine."""

_TYPING = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX put characters where somebody seems to have typed them."""

_PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
"""Linux, 32 bits, an old version's name, both, and asking. Source: the default profile of Docker."""


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction; jumps are counted from the next one."""

    code: int
    value: int
    then: int = 0
    otherwise: int = 0


def here() -> Architecture | None:
    """Return this machine's architecture, or None if there is no filter for it."""
    return next((each for each in _AUDIT if each == platform.machine()), None)


def assembled(architecture: Architecture, *, counts_memory: bool) -> bytes:
    """Return the program as bubblewrap takes it; without a memory cgroup it refuses memory that nobody counts."""
    steps = program(architecture, counts_memory=counts_memory)
    return b"".join(struct.pack("<HBBI", each.code, each.then, each.otherwise, each.value) for each in steps)


def program(architecture: Architecture, *, counts_memory: bool) -> tuple[Step, ...]:
    """Return the instructions of the filter."""
    return (
        Step(_LOAD, _ARCHITECTURE_AT),
        Step(_EQUAL, _AUDIT[architecture], 1, 0),
        Step(_RETURN, KILL),
        Step(_LOAD, _NUMBER_AT),
        *([Step(_AT_LEAST, _X32, 0, 1), Step(_RETURN, KILL)] if architecture == "x86_64" else []),
        Step(_ABOVE, syscalls.LAST, 0, 1),
        Step(_RETURN, refusal(errno.ENOSYS)),
        *_rules(architecture, counts_memory=counts_memory),
        Step(_RETURN, ALLOW),
    )


def refusal(number: int) -> int:
    """Return the verdict that makes a call fail with an error number."""
    return _ERRNO | number


def _rules(architecture: Architecture, *, counts_memory: bool) -> Iterator[Step]:
    def rule(number: Number, *body: Step) -> Iterator[Step]:
        value = number.x86_64 if architecture == "x86_64" else number.aarch64
        if value is not None:
            yield Step(_EQUAL, value, 0, len(body))
            yield from body

    for number in syscalls.REFUSED.values():
        yield from rule(number, Step(_RETURN, refusal(errno.EPERM)))
    for number in () if counts_memory else syscalls.UNCOUNTED.values():
        yield from rule(number, Step(_RETURN, refusal(errno.ENOSYS)))
    # Its flags lie in memory, where no filter looks; told that it does not exist, C libraries use `clone`.
    yield from rule(syscalls.CLONE3, Step(_RETURN, refusal(errno.ENOSYS)))
    yield from rule(syscalls.CLONE, *_forbidding_bits(0, _NEW_NAMESPACES))
    yield from rule(syscalls.IOCTL, *_unless(1, _TYPING, errno.EPERM, is_listed=False))
    yield from rule(syscalls.PERSONALITY, *_unless(0, _PERSONALITIES, errno.EPERM, is_listed=True))
    for number in (syscalls.SOCKET, syscalls.SOCKETPAIR):
        yield from rule(number, *_unless(0, _FAMILIES, errno.EAFNOSUPPORT, is_listed=True))


def _forbidding_bits(argument: int, bits: int) -> tuple[Step, ...]:
    return (
        Step(_LOAD, _ARGUMENTS_AT + 8 * argument),
        Step(_ANY_BIT, bits, 0, 1),
        Step(_RETURN, refusal(errno.EPERM)),
        Step(_RETURN, ALLOW),
    )


def _unless(argument: int, values: tuple[int, ...], number: int, *, is_listed: bool) -> tuple[Step, ...]:
    """Return steps that allow the call if its argument is among the values, or if it is not."""
    last = len(values) - 1
    return (
        Step(_LOAD, _ARGUMENTS_AT + 8 * argument),
        # Found: over the rest of the comparisons and the first verdict, to the second.
        *(Step(_EQUAL, value, last - at + 1, 0) for at, value in enumerate(values)),
        Step(_RETURN, refusal(number) if is_listed else ALLOW),
        Step(_RETURN, ALLOW if is_listed else refusal(number)),
    )
