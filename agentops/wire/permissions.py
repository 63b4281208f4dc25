"""Who is asked before a tool runs, and whether it is there at all."""

from typing import Literal

from agentops.wire.shape import Shape


class PermissionPolicy(Shape):
    """When a call runs: always, after a person agreed, or as the server judges.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_{always_allow,always_ask,auto}_policy_param.py`.
    """

    type: Literal["always_allow", "always_ask", "auto"]


class ToolDefaults(Shape):
    """What holds for every tool of a set that has no config of its own.

    Source: SDK 2.11.0 `…agent_toolset_default_config_params.py`, `…mcp_toolset_default_config_params.py`.
    """

    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None
