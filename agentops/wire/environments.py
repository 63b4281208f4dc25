"""Environments: where tools run, what is installed there and what it may reach."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from agentops.wire.fields import Host, Metadata, MetadataPatch
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, Omissible, Shape

EnvironmentName = Annotated[str, Field(min_length=1, max_length=256)]
_Scope = Literal["organization", "account"]

_Package = Annotated[
    str, Field(pattern=r"^[^-\s][^\s]*$"), Form("a package, in the manager's own syntax, without spaces or options")
]
_Packages = list[_Package]


class UnrestrictedNetwork(Shape):
    """The whole network. Source: SDK 2.11.0 `types/beta/beta_unrestricted_network_param.py`."""

    type: Literal["unrestricted"]


class LimitedNetwork(Shape):
    """Some hosts only. Source: SDK 2.11.0 `types/beta/beta_limited_network_params.py`."""

    type: Literal["limited"]
    allowed_hosts: list[Host] | None = None
    allow_mcp_servers: bool | None = None
    allow_package_managers: bool | None = None


class Packages(Shape):
    """What is installed, by package manager. Source: SDK 2.11.0 `types/beta/beta_packages_params.py`."""

    type: Omissible[Literal["packages"]] = None
    apt: _Packages | None = None
    cargo: _Packages | None = None
    gem: _Packages | None = None
    go: _Packages | None = None
    npm: _Packages | None = None
    pip: _Packages | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether no manager has anything to install."""
        return not (self.apt or self.cargo or self.gem or self.go or self.npm or self.pip)


class CloudConfig(Shape):
    """A sandbox that the server runs. Source: SDK 2.11.0 `types/beta/beta_cloud_config_params.py`."""

    type: Literal["cloud"]
    networking: Annotated[UnrestrictedNetwork | LimitedNetwork, Field(discriminator="type")] | None = None
    packages: Packages | None = None


class SelfHostedConfig(Shape):
    """A sandbox that the caller's workers run. Source: SDK 2.11.0 `types/beta/beta_self_hosted_config_params.py`."""

    type: Literal["self_hosted"]


ConfigPatch = Annotated[CloudConfig | SelfHostedConfig, Field(discriminator="type")]
"""What an update sends: merged into the stored one before the whole is looked at."""


def config_problems(config: CloudConfig | SelfHostedConfig) -> Iterator[Problem]:
    """Yield where packages could not be fetched through the network that is allowed."""
    if not isinstance(config, CloudConfig) or not isinstance(config.networking, LimitedNetwork):
        return
    if config.packages and not config.packages.is_empty and config.networking.allow_package_managers is not True:
        path = ("networking", "allow_package_managers")
        yield Problem(path, "bad-combination", "must be true, because packages are listed")


Config = Annotated[ConfigPatch, AfterValidator(lambda config: obeying(config, config_problems(config)))]
"""What a create sends, and what an update leads to."""


_Description = Annotated[str, Field(max_length=2048)]
"""As long as an agent's. Our limit; the SDK states none."""


class EnvironmentCreate(Shape):
    """What creates an environment. Source: SDK 2.11.0 `types/beta/environment_create_params.py`."""

    name: EnvironmentName
    description: _Description | None = None
    config: Config | None = None
    metadata: Omissible[Metadata] = None
    scope: _Scope | None = None


class EnvironmentUpdate(Shape):
    """What updates an environment; an empty metadata value deletes its key, as null does.

    Source: SDK 2.11.0 `types/beta/environment_update_params.py`.
    """

    name: EnvironmentName | None = None
    description: _Description | None = None
    config: ConfigPatch | None = None
    metadata: Omissible[MetadataPatch] = None
    scope: _Scope | None = None
