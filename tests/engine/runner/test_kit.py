"""Where a session's sandbox may connect to."""

import pytest

from agentops.engine.core.json import Json
from agentops.engine.packages.managers import PACKAGE_HOSTS
from agentops.engine.runner.kit import egress
from agentops.engine.sandbox.port import Egress

AGENT = {"mcp_servers": [{"name": "wiki", "type": "url", "url": "https://mcp.example.com:8443/sse"}]}


def limited(*hosts: str, servers: bool = False, packages: bool = False) -> Json:
    networking = {
        "type": "limited",
        "allowed_hosts": list(hosts),
        "allow_mcp_servers": servers,
        "allow_package_managers": packages,
    }
    return {"type": "cloud", "networking": networking}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"type": "cloud", "networking": {"type": "unrestricted"}}, Egress("unrestricted")),
        ({"type": "cloud"}, Egress("unrestricted")),
        (limited(), Egress()),
        (limited("api.example.com"), Egress("limited", ("api.example.com",))),
        (limited(servers=True), Egress("limited", ("mcp.example.com",))),
        (limited(packages=True), Egress("limited", PACKAGE_HOSTS)),
        (limited("mcp.example.com", servers=True), Egress("limited", ("mcp.example.com",))),
    ],
)
def test_the_environment_says_where_to(config: Json, expected: Egress) -> None:
    assert egress(AGENT, config) == expected


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://mcp.example.com?key=1", "mcp.example.com"),
        ("https://MCP.example.com#top", "mcp.example.com"),
        ("https://[2001:db8::1]:8443/mcp", "2001:db8::1"),
    ],
)
def test_a_server_may_be_reached_however_its_url_goes_on(url: str, host: str) -> None:
    agent = {"mcp_servers": [{"name": "wiki", "type": "url", "url": url}]}
    assert egress(agent, limited(servers=True)) == Egress("limited", (host,))
