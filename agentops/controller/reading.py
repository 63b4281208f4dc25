"""The operator's file as a configuration, or everything that is wrong with it, each at its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentops.base.diagnostics import Report
from agentops.base.errors import UsageError, WrongSettings
from agentops.base.secrets import Secret
from agentops.controller.config import Config, SecretFrom
from agentops.manifests import source
from agentops.manifests.shaped import judged
from agentops.manifests.yaml import read

_LARGEST_SECRET_BYTES = 64 * 1024


def read_config(file: Path) -> Config:
    """Return the configuration.

    Raises:
        UsageError: there is no such file.
        WrongSettings: it has problems; all of them are told.
    """
    if not file.is_file():
        raise UsageError(f"there is no file {file}", hint="docs/controller.md has one to begin with")
    try:
        text = source.read(file, str(file))
    except source.Unreadable as error:
        raise WrongSettings(Report.of([error.diagnostic]), lambda _file, _line: "") from None
    stream = read(text)
    if len(stream.documents) != 1 and not stream.diagnostics:
        hint = "write `repositories:` with one repository to follow; docs/controller.md shows how"
        raise UsageError(f"{file} holds {len(stream.documents)} YAML documents instead of one", hint=hint)
    found, told = None, list(stream.diagnostics)
    if stream.documents and stream.documents[0].sound:
        found, problems = judged(Config, stream.documents[0])
        told += problems
    report = Report.of(told)
    if report.has_errors or found is None:
        raise WrongSettings(report, lambda _file, line: text.line(line))
    return found


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a `{env: NAME}` or `{file: PATH}` of the operator's file stands for; read anew each time it is used."""

    environment: Mapping[str, str]
    folder: Path
    """Where the operator's file is: paths in it are relative to that."""

    def get(self, where: SecretFrom) -> Secret:
        """Return the secret.

        Raises:
            UsageError: it is not where the file says.
        """
        if where.env is not None:
            text = self.environment.get(where.env, "")
            if text:
                return Secret(text)
            raise UsageError(f"the variable {where.env} is not set", hint=f"set {where.env} where the controller runs")
        path = self.path(where.file or "")
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST_SECRET_BYTES + 1)
            text = content.decode().strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text in UTF-8"
            raise UsageError(f"{path} cannot be read: {reason}", hint="put the secret there") from None
        if not text or len(content) > _LARGEST_SECRET_BYTES:
            raise UsageError(f"{path} holds no secret", hint="put the secret there, and nothing else")
        return Secret(text)

    def path(self, written: str) -> Path:
        """Return the place of a file that the operator named."""
        return self.folder / written
