"""What the environment says: in a variable, or in the file that the variable of the same name with `_FILE` names.

Services are given their secrets as files (systemd's credentials, the secrets of containers), which no process list and
no dump of an environment shows.
"""

import os
from pathlib import Path

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret

SECRETS = (
    "AGENTOPS_API_KEY",
    "AGENTOPS_VAULT_KEY",
    "AGENTOPS_VAULT_KEY_OLD",
    "AGENTOPS_DATABASE",
    "AGENTOPS_MODEL_API_KEY",
    "AGENTOPS_MODEL_AUTH_TOKEN",
)
"""Every secret that the server reads; each may be in a file."""

_LONGEST_BYTES = 64 * 1024


def variable(name: str) -> str:
    """Return what the variable says, without space around it; nothing if it is not set.

    Raises:
        UsageError: the file that is named in its place cannot be used.
    """
    text, file = (os.environ.get(each, "").strip() for each in (name, f"{name}_FILE"))
    if name not in SECRETS or not file:
        return text
    if text:
        raise UsageError(f"Both {name} and {name}_FILE are set.", hint="Unset one of them.")
    return _content(name, Path(file))


def secret(name: str) -> Secret | None:
    """Return the secret that the variable says, or its file holds.

    Raises:
        UsageError: the file cannot be used.
    """
    text = variable(name)
    return Secret(text) if text else None


def _content(name: str, file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(_LONGEST_BYTES + 1)
        text = data.decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"{name}_FILE names {file}, which cannot be read: {said}.", hint="Check the path.") from None
    if not text or len(data) > _LONGEST_BYTES or "\0" in text:
        raise UsageError(f"{name}_FILE names {file}, which holds no secret.", hint=f"Put the text of {name} into it.")
    return text
