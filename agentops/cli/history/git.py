"""Asking git about the repository that a tree lies in: bounded, and deaf to whatever that repository is set up for.

A repository's own `.git/config` may name programs for nearly everything. Only commands are asked here that read
objects, with a commit named: none looks at the index or the working tree, so filters, hooks and monitors have no part.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from agentops.base.errors import RepositoryError
from agentops.memory_repo.commands import environment

_TIMEOUT_S = 30.0
MOST_BYTES = 64 << 20
"""What one answer of git may be: beyond it, it is no longer about manifests."""

_WORDS = 400
_SETTINGS = (
    ("blame.ignoreRevsFile", ""),
    ("core.pager", "cat"),
    ("core.fsyncMethod", "fsync"),
    ("log.follow", "false"),
    ("log.showSignature", "false"),  # it would run the `gpg.program` of the repository
    # A partial clone fetches what it lacks, by a program that its configuration names.
    *((f"protocol.{each}.allow", "never") for each in ("file", "git", "http", "https", "ssh")),
    ("safe.bareRepository", "explicit"),  # a folder that looks like a repository can be committed into another one
)
_DUBIOUS = "dubious ownership"


@dataclass(frozen=True, slots=True)
class Answer:
    """What git said, as far as it was asked for."""

    status: int
    out: bytes
    err: str
    is_whole: bool
    """Whether the answer ended before its limit."""


@dataclass(frozen=True, slots=True)
class Question:
    """A command of git, what it reads on its standard input, and how much it may answer."""

    command: Sequence[str]
    data: bytes = b""
    most_bytes: int = MOST_BYTES
    settings: Mapping[str, str] = field(default_factory=dict)
    """Variables beside those that git always gets: `GIT_INDEX_FILE`."""


def ask(folder: Path, question: Question) -> Answer:
    """Return git's answer about the repository that a folder lies in.

    Raises:
        RepositoryError: git is not there, took too long, or does not trust the folder.
    """
    answer = _run(folder, question, ())
    if _DUBIOUS in answer.err and (trusted := _trusted()):
        answer = _run(folder, question, trusted)
    if _DUBIOUS in answer.err:
        hint = f"git config --global --add safe.directory {folder.absolute()}"
        raise RepositoryError(
            f"git does not read {folder}: it belongs to somebody else", hint=f"if you trust it: {hint}"
        )
    return answer


def failed(what: str, answer: Answer) -> RepositoryError:
    """Return the error for an answer that is none."""
    if not answer.is_whole:
        return RepositoryError(f"{what}: git has more to say than {MOST_BYTES:,} bytes")
    words = " ".join(answer.err.split())[:_WORDS].removeprefix("fatal: ")
    return RepositoryError(f"{what}: git says: {words or f'status {answer.status}'}")


def _run(folder: Path, question: Question, settings: Sequence[tuple[str, str]]) -> Answer:
    ours = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    surroundings = {**environment((*_SETTINGS, *settings)), **ours, **question.settings}
    argv = ["git", "--no-pager", "-C", str(folder), *question.command]
    with TemporaryFile() as err, TemporaryFile() as data:
        data.write(question.data)
        data.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - git, with arguments of ours and `--` before what others named
                argv, stdin=data, stdout=subprocess.PIPE, stderr=err, env=surroundings, process_group=0
            )
        except OSError as error:
            raise RepositoryError(f"git cannot be started: {error}", hint="install git 2.38 or newer") from error
        out, was_late = _read(process, question.most_bytes)
        if was_late:
            raise RepositoryError(f"git {question.command[0]} took more than {_TIMEOUT_S:.0f} s")
        is_whole = len(out) <= question.most_bytes
        return Answer(process.returncode if is_whole else 1, out[: question.most_bytes], _words(err), is_whole)


def _read(process: "subprocess.Popen[bytes]", most_bytes: int) -> tuple[bytes, bool]:
    """Return what the process says, one byte more than it may at most, and whether it was stopped for its time."""
    late: list[bool] = []

    def stop() -> None:
        late.append(True)
        _kill(process)

    timer = Timer(_TIMEOUT_S, stop)
    timer.start()
    try:
        assert process.stdout
        with process.stdout as stream:
            out = stream.read(most_bytes + 1)
        if len(out) > most_bytes:
            _kill(process)
        process.wait()
    finally:
        timer.cancel()
        _kill(process)
        process.wait()
    return out, bool(late)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _words(err: IO[bytes]) -> str:
    err.seek(0)
    return err.read(1 << 16).decode("utf-8", "replace")


def _trusted() -> list[tuple[str, str]]:
    """Return the folders that this machine's user told git to trust, asked where no repository has a say.

    Source: git-config(1), `safe.directory` counts in the user's and the system's configuration alone.
    """
    home = {key: os.environ[key] for key in ("PATH", "HOME", "XDG_CONFIG_HOME") if key in os.environ}
    found: list[tuple[str, str]] = []
    for scope in ("--system", "--global"):
        command = ["git", "config", scope, "-z", "--get-all", "safe.directory"]
        with suppress(OSError, subprocess.TimeoutExpired):
            told = subprocess.run(command, cwd="/", env=home, capture_output=True, timeout=5, check=False)  # noqa: S603 - fixed words
            found += (("safe.directory", each.decode("utf-8", "replace")) for each in told.stdout.split(b"\0")[:-1])
    return found
