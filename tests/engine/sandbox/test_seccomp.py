"""The filter of system calls, run by a small machine of our own: what a kernel would answer, for two architectures."""

import errno
import struct

import pytest

from agentops.engine.sandbox.walls import syscalls
from agentops.engine.sandbox.walls.seccomp import ALLOW, KILL, Architecture, assembled, refusal

ARCHITECTURES: dict[Architecture, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
EPERM, ENOSYS, EAFNOSUPPORT = (refusal(each) for each in (errno.EPERM, errno.ENOSYS, errno.EAFNOSUPPORT))


def verdict(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Run the program as the kernel's interpreter would."""
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    steps = list(struct.iter_unpack("<HBBI", program))
    at, value = 0, 0
    while True:
        code, then, otherwise, operand = steps[at]
        at += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("<I", data, operand)
            case 0x06:
                return int(operand)
            case 0x15:
                at += then if value == operand else otherwise
            case 0x25:
                at += then if value > operand else otherwise
            case 0x35:
                at += then if value >= operand else otherwise
            case 0x45:
                at += then if value & operand else otherwise
            case _:
                raise AssertionError(code)


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest) -> Architecture:
    return request.param


def number_of(architecture: Architecture, number: syscalls.Number) -> int:
    value = number.x86_64 if architecture == "x86_64" else number.aarch64
    assert value is not None
    return value


def run(architecture: Architecture, number: int, *arguments: int, counts_memory: bool = True) -> int:
    program = assembled(architecture, counts_memory=counts_memory)
    return verdict(program, ARCHITECTURES[architecture], number, *arguments)


def test_every_refused_call_is_refused_and_no_other(architecture: Architecture) -> None:
    refused = {number_of(architecture, each) for each in syscalls.REFUSED.values() if getattr(each, architecture)}
    special = {number_of(architecture, each) for each in (syscalls.CLONE3, syscalls.SOCKET, syscalls.SOCKETPAIR)}
    program = assembled(architecture, counts_memory=True)
    for number in range(syscalls.LAST + 1):
        expected = EPERM if number in refused else ALLOW
        if number not in special:
            assert verdict(program, ARCHITECTURES[architecture], number) == expected, number


def test_no_two_calls_share_a_number(architecture: Architecture) -> None:
    named = {**syscalls.REFUSED, **syscalls.UNCOUNTED}
    numbers = [getattr(each, architecture) for each in named.values() if getattr(each, architecture) is not None]
    assert len(numbers) == len(set(numbers))


def test_another_architecture_is_killed(architecture: Architecture) -> None:
    program = assembled(architecture, counts_memory=True)
    assert verdict(program, 0x40000003, 0) == KILL  # 32 bits


def test_the_second_door_of_x86_is_closed() -> None:
    assert run("x86_64", 0x40000000 + 39) == KILL


def test_calls_of_a_later_kernel_do_not_exist(architecture: Architecture) -> None:
    assert {run(architecture, each) for each in (463, 467, 512, 547, 9999)} == {ENOSYS}


NEW_NAMESPACES = {
    "NEWNS": 0x00020000, "NEWCGROUP": 0x02000000, "NEWUTS": 0x04000000, "NEWIPC": 0x08000000,
    "NEWUSER": 0x10000000, "NEWPID": 0x20000000, "NEWNET": 0x40000000,
}  # fmt: skip


@pytest.mark.parametrize("flag", NEW_NAMESPACES.values(), ids=NEW_NAMESPACES)
def test_processes_are_made_but_never_in_a_new_namespace(architecture: Architecture, flag: int) -> None:
    clone = number_of(architecture, syscalls.CLONE)
    thread, process = 0x003D0F00, 0x01200011  # what pthread_create and fork pass
    assert run(architecture, clone, thread) == ALLOW
    assert run(architecture, clone, process) == ALLOW
    assert run(architecture, clone, process | flag) == EPERM
    assert run(architecture, number_of(architecture, syscalls.CLONE3)) == ENOSYS


@pytest.mark.parametrize(("request_number", "expected"), [(0x5401, ALLOW), (0x5412, EPERM), (0x541C, EPERM)])
def test_nobody_types_into_a_terminal(architecture: Architecture, request_number: int, expected: int) -> None:
    ioctl = number_of(architecture, syscalls.IOCTL)
    assert run(architecture, ioctl, 0, request_number) == expected
    # The kernel looks at the lower half only; so must the filter.
    assert run(architecture, ioctl, 0, request_number | 1 << 32) == expected


@pytest.mark.parametrize("family", range(48))
def test_sockets_are_of_the_internet_or_local(architecture: Architecture, family: int) -> None:
    expected = ALLOW if family in {1, 2, 10, 16} else EAFNOSUPPORT
    for call in (syscalls.SOCKET, syscalls.SOCKETPAIR):
        assert run(architecture, number_of(architecture, call), family) == expected


@pytest.mark.parametrize(("value", "expected"), [(0, ALLOW), (0xFFFFFFFF, ALLOW), (0x0040000, EPERM), (0x4, EPERM)])
def test_memory_stays_where_chance_put_it(architecture: Architecture, value: int, expected: int) -> None:
    assert run(architecture, number_of(architecture, syscalls.PERSONALITY), value) == expected


def test_memory_of_no_process_is_refused_where_only_processes_are_counted(architecture: Architecture) -> None:
    for each in syscalls.UNCOUNTED.values():
        number = number_of(architecture, each)
        assert run(architecture, number) == ALLOW
        assert run(architecture, number, counts_memory=False) == ENOSYS


def test_the_filter_is_small_enough_to_be_looked_at(architecture: Architecture) -> None:
    assert len(assembled(architecture, counts_memory=False)) // 8 < 256
