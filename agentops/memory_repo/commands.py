"""Starting git: with an environment, settings and a time limit of our own, whatever this machine is set up for.

GitPython would hand git the whole environment. Git reads a hundred variables, and no hook, prompt, helper or alias of
this machine's users may meet a repository that strangers write to.
"""

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from agentops.base.errors import RepositoryError
from agentops.memory_repo.remotes import Remote, failure

_TIMEOUT_S = 60.0
_NETWORK_TIMEOUT_S = 300.0
_KEPT = ("PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy")
_KEPT_UPPER = ("HTTPS_PROXY", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "SYSTEMROOT")
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    # Ten times as long as git's own: a lock that is still there then was left behind, and is told as such.
    "core.filesRefLockTimeout": "1000",
    "core.sshCommand": "ssh -oBatchMode=yes",
    "core.askPass": "",
    "core.quotePath": "false",
    "credential.helper": "",
    "diff.renames": "false",
    "fetch.fsckObjects": "true",
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "http.followRedirects": "false",  # a header with a credential would follow to whatever host is named
    "maintenance.auto": "false",
    "merge.conflictStyle": "merge",
    "merge.directoryRenames": "false",
    "merge.renames": "false",
    "protocol.allow": "never",
    "protocol.file.allow": "always",
    "protocol.http.allow": "always",
    "protocol.https.allow": "always",
    "protocol.ssh.allow": "always",
    "push.recurseSubmodules": "no",
    "receive.fsckObjects": "true",
    "submodule.recurse": "false",
    "transfer.fsckObjects": "true",
}


def environment(settings: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Return all that git is told: what it needs of this process, and our settings over every other."""
    kept = {name: os.environ[name] for name in (*_KEPT, *_KEPT_UPPER) if name in os.environ}
    pairs = [*_SETTINGS.items(), *settings]
    told = {
        f"GIT_CONFIG_{part}_{at}": text
        for at, pair in enumerate(pairs)
        for part, text in zip(("KEY", "VALUE"), pair, strict=True)
    }
    return {
        **kept,
        **told,
        "GIT_CONFIG_COUNT": str(len(pairs)),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ASKPASS": "",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def run(
    command: Sequence[str],
    what: str,
    surroundings: Mapping[str, str],
    data: bytes = b"",
    *,
    allowed: Iterable[int] = (0,),
    remote: Remote | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Run git in a process group of its own, so that whatever it started ends with it.

    Raises:
        RepositoryError: it ended with another status than the allowed ones, or not in time.
    """
    pipe, secrets = subprocess.PIPE, remote.secrets if remote else ()
    timeout_s = _NETWORK_TIMEOUT_S if remote else _TIMEOUT_S
    try:
        process = subprocess.Popen(  # noqa: S603 - git, with arguments of ours and `--` before what others named
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=surroundings, process_group=0
        )
    except OSError as error:
        raise RepositoryError(f"git cannot be started: {error}", hint="install git 2.38 or newer") from error
    with process:
        try:
            out, err = process.communicate(data, timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise failure(what, f"operation timed out after {timeout_s:.0f} s", secrets) from error
    if process.returncode not in allowed:
        raise failure(what, (out + b"\n" + err).decode("utf-8", "replace"), secrets)
    return subprocess.CompletedProcess(command, process.returncode, out, err)
