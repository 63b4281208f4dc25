"""What a server that is root starts instead of bubblewrap: it gives root up for good, and then becomes bubblewrap.

Bubblewrap run by root is no wall. Run by another user it cannot reach folders that are root's alone, so the sources of
the mounts are first laid out where everybody can reach them: in a mount namespace that nobody else sees.

It runs on its own, with little of the standard library: `drop.py USER SOURCE... -- COMMAND...`.
"""

import ctypes
import os
import stat
import sys

STAGE = "/tmp"  # noqa: S108 - hidden by a mount of this process's own; any folder that every host has would do

_NEW_MOUNTS = 0x00020000
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_NO_SUID_NO_DEVICES = 0x2 | 0x4
"""Source: Linux `include/uapi/linux/sched.h`, `include/uapi/linux/mount.h`."""

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Lay out the sources as `/tmp/0`, `/tmp/1` and so on, and become bubblewrap as another user."""
    user, end = int(sys.argv[1]), sys.argv.index("--")
    sources, command = sys.argv[2:end], sys.argv[end + 1 :]
    _checked("a mount namespace", _libc.unshare(_NEW_MOUNTS))
    _mount(None, "/", _RECURSIVE | _PRIVATE)
    # Opened in the new namespace, and before the stage covers what may lie below it.
    opened = [os.open(each, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC) for each in sources]
    _mount("tmpfs", STAGE, _NO_SUID_NO_DEVICES, "tmpfs", "size=64k,mode=0755")
    for number, descriptor in enumerate(opened):
        _lay_out(descriptor, f"{STAGE}/{number}")
    os.chdir("/")
    os.setgroups([])
    os.setresgid(*[user] * 3)
    os.setresuid(*[user] * 3)
    os.execve(command[0], command, {})  # noqa: S606 - no shell is wanted


def _lay_out(descriptor: int, place: str) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.mkdir(place)
    else:
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(f"/proc/self/fd/{descriptor}", place, _BIND)


def _mount(source: str | None, target: str, flags: int, kind: str | None = None, options: str | None = None) -> None:
    texts = [None if each is None else each.encode() for each in (source, target, kind, options)]
    _checked(f"the mount of {source or target}", _libc.mount(*texts[:3], ctypes.c_ulong(flags), texts[3]))


def _checked(what: str, result: int) -> None:
    if result != 0:
        sys.exit(f"drop: {what}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
