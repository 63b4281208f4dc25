"""What a plan pays for the shapes: nothing of the SDK, and nothing that it does not use."""

import subprocess
import sys

LOADED = "import sys, {module}; print(*sys.modules)"


def loaded(module: str) -> set[str]:
    program = LOADED.format(module=module)
    return set(
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    )


def test_agents_load_neither_the_sdk_nor_other_kinds() -> None:
    modules = loaded("agentops.wire.agents")
    assert not modules & {"anthropic", "httpx2", "yaml", "jsonschema", "starlette"}
    assert not modules & {"agentops.wire.deployments", "agentops.wire.vaults", "agentops.wire.lists"}
