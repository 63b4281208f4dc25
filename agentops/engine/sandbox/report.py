"""What isolation this host gives, in lines for a person."""

from agentops.engine.sandbox.port import Isolation

_KINDS = {
    "kernel-shared": "tools run in a sandbox on this host's kernel",
    "user-kernel": "tools run in a sandbox with a kernel of its own in user space",
    "vm": "tools run in a virtual machine",
    "none": "tools have no sandbox",
}

_FEATURES = {
    "namespaces": ("own processes, network, mounts and users", "no namespaces: nothing is separate"),
    "seccomp": ("system calls are filtered", "system calls are not filtered"),
    "own_uid": (
        "each session has a user of its own",
        "all sessions share the server's user; start the server as root to give each its own",
    ),
    "cgroup_memory": (
        "the kernel bounds memory",
        "memory is counted once a second; delegate a cgroup to the server (systemd: Delegate=yes)",
    ),
    "cgroup_pids": (
        "the kernel bounds processes by group",
        "processes are bounded by rlimit only; delegate a cgroup to the server (systemd: Delegate=yes)",
    ),
    "cgroup_cpu": (
        "the kernel bounds CPU time",
        "CPU time is not bounded, only its priority is lower; delegate a cgroup to the server (systemd: Delegate=yes)",
    ),
    "disk_watch": ("disk and files are counted", "disk and files are not counted"),
    "egress_proxy": ("the network is reached through a proxy only", "there is no proxy to the network"),
}
"""For each feature: what to say if it holds, and what if not, with the way out."""


def report(isolation: Isolation) -> tuple[str, ...]:
    """Return the lines: first what it comes to, then each feature, `+` for held and `-` for not."""
    first = f"sandbox: {_KINDS[isolation.kind]}"
    if isolation.problem:
        return (first, f"  ! {isolation.problem}")
    return (
        first,
        *(f"  {'+' if held else '-'} {_FEATURES[name][not held]}" for name, held in isolation.features.items()),
    )
