"""The host's folders of a session, made ready for a sandbox: whose they are, and that no link leads elsewhere."""

import os
import shutil
import stat
from pathlib import Path, PurePosixPath

from agentops.engine.sandbox.bounds.owners import give
from agentops.engine.sandbox.port import Mount, SandboxFailed, SandboxSpec
from agentops.engine.sandbox.walls.arguments import OUTPUTS, WORKSPACE, Bind

_KEPT = ("/dev", "/etc", "/opt/agentops", "/proc", "/sys", "/usr", "/bin", "/sbin", "/lib")
_OWN = {WORKSPACE: "workspace", OUTPUTS: "outputs"}


def prepared(spec: SandboxSpec, user: int | None) -> tuple[Bind, ...]:
    """Return what to mount, all of it the session's user's if it has one of its own.

    Raises:
        SandboxFailed: a folder is missing, or a mount cannot be made.
        OSError: one cannot be handed over.
    """
    folder = spec.folder.resolve()
    own = tuple(Mount(folder / name, target, is_writable=True) for target, name in _OWN.items())
    mounts = (*own, *spec.mounts)
    for each in mounts:
        _check(each, folder, is_own=each in own)
    # Programs that another user of the host could borrow rights from may be made inside.
    folder.chmod(0o700)
    if user is not None:
        give(folder, user)
        for each in spec.mounts:
            if each.is_writable and not each.source.resolve().is_relative_to(folder):
                give(each.source, user)
    return tuple(Bind(_placed(each.source), each.target, each.is_writable) for each in mounts)


def writable(binds: tuple[Bind, ...]) -> tuple[Path, ...]:
    """Return the folders whose size has to be watched."""
    return tuple(Path(each.source) for each in binds if each.is_writable)


def remove(folder: Path) -> None:
    """Remove a folder that a session wrote in, also what it closed to everybody. Its sandbox has to be stopped.

    Raises:
        OSError: something of it is not the server's to remove.
    """
    for _place, names, _files, descriptor in os.fwalk(folder, follow_symlinks=False):
        for name in names:
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode):
                os.chmod(name, 0o700, dir_fd=descriptor)
    shutil.rmtree(folder)


def _placed(path: Path) -> str:
    """Return the path with its parents resolved; itself it is no link, and stays none."""
    return str(path.parent.resolve() / path.name)


def _check(mount: Mount, folder: Path, *, is_own: bool) -> None:
    try:
        mode = mount.source.lstat().st_mode
    except OSError:
        raise SandboxFailed(f"There is nothing to mount at {mount.target}: {mount.source} is missing.") from None
    if not (stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and not is_own)):
        raise SandboxFailed(f"{mount.source} cannot be mounted at {mount.target}: it is no folder and no file.")
    target = PurePosixPath(mount.target)
    is_kept = any(target == PurePosixPath(each) or target.is_relative_to(each) for each in _KEPT)
    is_odd = not target.is_absolute() or str(target) != mount.target or ".." in target.parts or len(target.parts) < 2
    if is_odd or is_kept or (not is_own and mount.target in _OWN):
        raise SandboxFailed(f"Nothing can be mounted at {mount.target}.")
    for own, name in _OWN.items():
        if not is_own and target.is_relative_to(own):
            _check_way(folder / name, target.relative_to(own))


def _check_way(folder: Path, way: PurePosixPath) -> None:
    """Refuse a way that the session bent: the place of the mount would be made where its link leads."""
    for part in way.parts:
        folder /= part
        if folder.is_symlink():
            raise SandboxFailed(f"Nothing can be mounted over the link {folder.name}: remove it from the workspace.")
