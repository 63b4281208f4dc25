"""What to do when a host does not let a sandbox be built: the words of bubblewrap, and the way out of each."""

_NAMESPACES = (
    "This host does not let programs make user namespaces. In a container, run it with a seccomp profile that allows"
    " `unshare`, `clone` and `mount` (Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined);"
    " on Ubuntu give bwrap an AppArmor profile with `userns`, or set kernel.apparmor_restrict_unprivileged_userns=0;"
    " on an older Debian set kernel.unprivileged_userns_clone=1."
)
_PROC = (
    "This container hides parts of /proc, so no new one can be mounted. Run it with"
    " --security-opt systempaths=unconfined (Docker), or procMount: Unmasked (Kubernetes)."
)
_ROOT = (
    "The server is root in a container without the rights of root, and can neither change its user nor mount."
    " Run it as another user, or give it CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID and CAP_CHOWN."
)
_PYTHON = "The sandbox's user cannot read the server's Python or package: make both readable for everybody."

_ADVICE = (
    ("drop: a mount namespace", _ROOT),
    ("drop:", _ROOT),
    ("os.setres", _ROOT),
    ("mount proc", _PROC),
    ("new namespace", _NAMESPACES),
    ("uid map", _NAMESPACES),
    ("make / slave", _NAMESPACES),
    ("RTM_NEWADDR", _NAMESPACES),
    ("disable-userns", "The installed bubblewrap is too old: version 0.8 or later is needed."),
    ("No space left", "This host allows no more user namespaces: raise user.max_user_namespaces."),
    ("execvp", _PYTHON),
    ("Permission denied", _PYTHON),
)

MISSING = "bubblewrap is not installed. Install it (on Debian: apt-get install bubblewrap)."
NO_FILTER = "There is no filter of system calls for this machine's architecture: use x86-64 or 64-bit ARM."


def advice(complaint: str) -> str:
    """Return what to do about what bubblewrap, or what was started before or after it, said."""
    return next((words for sign, words in _ADVICE if sign in complaint), "")
