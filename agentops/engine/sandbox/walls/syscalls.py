"""The system calls that nothing inside may make, by number: what a filter is assembled from, apart so that it reads.

A deny-list on purpose: compilers, databases and package managers have to work inside. It takes away what a kernel
needs no capability for and has been escaped through, and repeats the walls that namespaces build already.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """The number of one system call; None where an architecture has none."""

    x86_64: int | None
    aarch64: int | None


LAST = 462
"""`mseal`, of Linux 6.10: it and all before it were looked at. What is newer does not exist inside."""

REFUSED: Mapping[str, Number] = {
    # Other processes: their memory, their descriptors.
    "ptrace": Number(101, 117),
    "process_vm_readv": Number(310, 270),
    "process_vm_writev": Number(311, 271),
    "process_madvise": Number(440, 440),
    "kcmp": Number(312, 272),
    "pidfd_getfd": Number(438, 438),
    # Namespaces and mounts, the old interface and the new.
    "unshare": Number(272, 97),
    "setns": Number(308, 268),
    "mount": Number(165, 40),
    "umount2": Number(166, 39),
    "pivot_root": Number(155, 41),
    "chroot": Number(161, 51),
    "open_tree": Number(428, 428),
    "move_mount": Number(429, 429),
    "fsopen": Number(430, 430),
    "fsconfig": Number(431, 431),
    "fsmount": Number(432, 432),
    "fspick": Number(433, 433),
    "mount_setattr": Number(442, 442),
    "statmount": Number(457, 457),
    "listmount": Number(458, 458),
    "open_by_handle_at": Number(304, 265),
    "name_to_handle_at": Number(303, 264),
    "quotactl": Number(179, 60),
    "quotactl_fd": Number(443, 443),
    "fanotify_init": Number(300, 262),
    "sysfs": Number(139, None),
    "ustat": Number(136, None),
    # Large interfaces into the kernel with a history.
    "bpf": Number(321, 280),
    "perf_event_open": Number(298, 241),
    "userfaultfd": Number(323, 282),
    "io_uring_setup": Number(425, 425),
    "io_uring_enter": Number(426, 426),
    "io_uring_register": Number(427, 427),
    "add_key": Number(248, 217),
    "request_key": Number(249, 218),
    "keyctl": Number(250, 219),
    "memfd_secret": Number(447, 447),
    "lookup_dcookie": Number(212, 18),
    "nfsservctl": Number(180, 42),
    "lsm_set_self_attr": Number(460, 460),
    "move_pages": Number(279, 239),
    "migrate_pages": Number(256, 238),
    "vhangup": Number(153, 58),
    "modify_ldt": Number(154, None),
    "iopl": Number(172, None),
    "ioperm": Number(173, None),
    "_sysctl": Number(156, None),
    "uselib": Number(134, None),
    # The machine itself.
    "init_module": Number(175, 105),
    "finit_module": Number(313, 273),
    "delete_module": Number(176, 106),
    "kexec_load": Number(246, 104),
    "kexec_file_load": Number(320, 294),
    "reboot": Number(169, 142),
    "swapon": Number(167, 224),
    "swapoff": Number(168, 225),
    "acct": Number(163, 89),
    "syslog": Number(103, 116),
    "settimeofday": Number(164, 170),
    "clock_settime": Number(227, 112),
    "sethostname": Number(170, 161),
    "setdomainname": Number(171, 162),
}
"""Answered with EPERM. Source: Linux 6.10 `arch/x86/entry/syscalls/syscall_64.tbl`, `scripts/syscall.tbl`."""

UNCOUNTED: Mapping[str, Number] = {
    "memfd_create": Number(319, 279),
    "shmget": Number(29, 194),
}
"""Memory that belongs to no process: refused where only processes can be counted, because there is no memory cgroup."""

CLONE = Number(56, 220)
CLONE3 = Number(435, 435)
IOCTL = Number(16, 29)
PERSONALITY = Number(135, 92)
SOCKET = Number(41, 198)
SOCKETPAIR = Number(53, 199)
"""Those whose arguments decide."""
