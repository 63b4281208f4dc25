"""The first program inside: it looks whether the walls stand, lowers its own limits, and becomes the tool server.

It runs on its own, with nothing but the standard library, before anything that a model wrote: what it reports can be
believed. It takes the number of a socket as its argument; over it the server says what to do, and it says what it saw.
"""

import _socket  # the plain module: `socket` would double the time to start
import contextlib
import json
import os
import resource
import sys

ORDER_MAX = 65_536
_LIBRARIES = "LD_LIBRARY_PATH"


def main() -> None:
    """Look, report, and run the program that was ordered."""
    line = _socket.socket(fileno=int(sys.argv[1]))
    order = json.loads(line.recv(ORDER_MAX))
    # Where this interpreter finds its library; any other program inside would find the wrong one.
    os.environ.pop(_LIBRARIES, None)
    sys.executable = order["python"]
    for standard, private in enumerate(order["pipes"]):
        os.dup2(private, standard)
        os.close(private)
    strays = _closed_strays(line.fileno())
    for name, value in order["limits"].items():
        _lower(getattr(resource, name), value)
    os.nice(order["nice"])
    report = json.dumps({"strays": strays, **seen()}).encode()
    if order["port"] is None:
        line.send(report)
    else:
        _hand_over_listener(line, order["port"], report)
    if not order["program"]:
        line.recv(1)  # until it was looked at
    line.close()
    if order["program"]:
        _become(order["program"])


def seen() -> dict[str, object]:
    """Return what the walls look like from inside."""
    with open("/proc/self/status", encoding="ascii") as file:
        status = dict(row.rstrip("\n").split(":\t", 1) for row in file if ":\t" in row)
    return {
        "uid": os.getuid(),
        "capabilities": sum(int(status[each], 16) for each in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")),
        "has_new_privileges": status["NoNewPrivs"] != "1",
        "filters_calls": status["Seccomp"] == "2",
        "writes_kernel_settings": _can_write("/proc/sys/kernel/core_pattern"),
        "writes_root": any(os.access(each, os.W_OK) for each in ("/", "/usr", "/etc", "/dev")),
    }


def _can_write(path: str) -> bool:
    """Tell whether the file could be opened for writing; nothing is written."""
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        return False
    return True


def _closed_strays(line: int) -> int:
    """Close every descriptor that nobody should have left open, and return how many there were."""
    strays = 0
    for each in map(int, os.listdir("/proc/self/fd")):
        if each not in {0, 1, 2, line}:
            with contextlib.suppress(OSError):  # the listing's own is closed by now
                os.close(each)
                strays += 1
    return strays


def _lower(limit: int, value: int) -> None:
    """Set a limit that nothing inside can raise again; where the host's is lower, that one stays."""
    hard = resource.getrlimit(limit)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (value, value))


def _hand_over_listener(line: _socket.socket, port: int, report: bytes) -> None:
    """Listen in this network namespace for a server that lives outside of it: it has no other way in."""
    listener = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    right = listener.fileno().to_bytes(4, sys.byteorder)
    line.sendmsg([report], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, right)])
    listener.close()


def _become(program: str) -> None:
    """Run a file as if Python had been started with it; starting it once more would take as long again."""
    with open(program, "rb") as file:
        code = compile(file.read(), program, "exec")
    sys.argv[:] = [program]
    sys.path.append(os.path.dirname(program))
    names = {"__name__": "__main__", "__file__": program, "__builtins__": __builtins__}
    exec(code, names)  # noqa: S102 - a file of this package, mounted read-only


if __name__ == "__main__":
    main()
