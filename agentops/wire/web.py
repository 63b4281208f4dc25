"""What the two web tools may reach: their configs."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from agentops.wire.domains import domain_list_problems, domain_problems
from agentops.wire.fields import repeats
from agentops.wire.permissions import PermissionPolicy
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape
from agentops.wire.timezones import Timezone

_COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
"""Source: ISO 3166-1 alpha-2, as the IANA time zone database 2026f lists it."""


def _host(domain: str) -> str:
    return obeying(domain, domain_problems(domain))


def _host_and_path(domain: str) -> str:
    return obeying(domain, domain_problems(domain, path_allowed=True))


def _listed(domains: list[str]) -> list[str]:
    return obeying(domains, domain_list_problems(domains))


_Domain = Annotated[str, Field(min_length=1, max_length=255)]
_FetchDomains = Annotated[
    list[Annotated[_Domain, AfterValidator(_host)]], Field(max_length=64), AfterValidator(_listed)
]
_SearchDomains = Annotated[
    list[Annotated[_Domain, AfterValidator(_host_and_path)]], Field(max_length=64), AfterValidator(_listed)
]


class UrlSourceTool(Shape):
    """One tool whose results count as a source of URLs. Source: `…web_fetch_url_source_tool_reference_param.py`."""

    type: Literal["tool_reference"]
    name: Annotated[str, Field(min_length=1)]


def _distinct(tools: list[UrlSourceTool]) -> list[UrlSourceTool]:
    return obeying(tools, repeats([each.name for each in tools], lambda index: (index, "name")))


class UrlSourceSwitch(Shape):
    """All of a source's URLs, or none. Source: SDK 2.11.0 `…web_fetch_url_source_{all,none}_param.py`."""

    type: Literal["all", "none"]


class UrlSourceTools(Shape):
    """Only, or all except, the results of some tools. Source: `…web_fetch_url_source_{only,except}_param.py`."""

    type: Literal["only", "except"]
    tools: Annotated[list[UrlSourceTool], Field(min_length=1, max_length=128), AfterValidator(_distinct)]


_Shorthand = Annotated[Literal["all", "none"], Tag("string")]
_Filter = Annotated[UrlSourceSwitch | UrlSourceTools, Field(discriminator="type")]
UserInputSource = Annotated[_Shorthand | Annotated[UrlSourceSwitch, Tag("object")], STRING_OR_OBJECT]
ToolSource = Annotated[_Shorthand | Annotated[_Filter, Tag("object")], STRING_OR_OBJECT]


class UrlSources(Shape):
    """Where the URLs that `web_fetch` may open come from. Source: SDK 2.11.0 `…web_fetch_url_sources_params.py`."""

    user_input: UserInputSource | None = None
    client_tool_results: ToolSource | None = None
    server_tool_results: ToolSource | None = None

    @model_validator(mode="after")
    def _leaves_a_source(self) -> "UrlSources":
        return obeying(self, _source_problems(self))


def _source_problems(sources: UrlSources) -> Iterator[Problem]:
    closed = (sources.user_input, sources.client_tool_results, sources.server_tool_results)
    if all(each == "none" or (isinstance(each, Shape) and each.type == "none") for each in closed):
        yield Problem((), "bad-combination", "must leave at least one source that is not none")
    for index, tool in enumerate(named_tools(sources.server_tool_results)):
        if tool.name not in ("web_search", "web_fetch"):
            path = ("server_tool_results", "tools", index, "name")
            yield Problem(path, "invalid-value", "must be web_search or web_fetch", ("web_search", "web_fetch"))


def named_tools(source: "str | UrlSourceSwitch | UrlSourceTools | None") -> list[UrlSourceTool]:
    """Return the tools that a source lists."""
    return source.tools if isinstance(source, UrlSourceTools) else []


class UserLocation(Shape):
    """Roughly where the person is, for search results. Source: SDK 2.11.0 `…user_location_param.py`."""

    type: Literal["approximate"]
    city: str | None = None
    region: str | None = None
    country: Annotated[str, AfterValidator(lambda code: obeying(code, _country_problems(code)))] | None = None
    timezone: Timezone | None = None


def _country_problems(code: str) -> Iterator[Problem]:
    if code not in _COUNTRIES.split():
        yield Problem((), "invalid-value", "not a country the search provider supports")


class WebFetchConfig(Shape):
    """Override for `web_fetch`. Source: SDK 2.11.0 `…web_fetch_tool_config_params.py`."""

    name: Literal["web_fetch"]
    type: Omissible[Literal["web_fetch"]] = None
    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None
    allowed_domains: _FetchDomains | None = None
    blocked_domains: _FetchDomains | None = None
    max_content_tokens: Annotated[int, Field(gt=0)] | None = None
    url_sources: UrlSources | None = None

    @model_validator(mode="after")
    def _has_one_domain_list(self) -> "WebFetchConfig":
        return obeying(self, _two_lists(self.allowed_domains, self.blocked_domains))


class WebSearchConfig(Shape):
    """Override for `web_search`. Source: SDK 2.11.0 `…web_search_tool_config_params.py`."""

    name: Literal["web_search"]
    type: Omissible[Literal["web_search"]] = None
    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None
    allowed_domains: _SearchDomains | None = None
    blocked_domains: _SearchDomains | None = None
    user_location: UserLocation | None = None

    @model_validator(mode="after")
    def _has_one_domain_list(self) -> "WebSearchConfig":
        return obeying(self, _two_lists(self.allowed_domains, self.blocked_domains))


def _two_lists(allowed: list[str] | None, blocked: list[str] | None) -> Iterator[Problem]:
    if allowed is not None and blocked is not None:
        yield Problem((), "bad-combination", "Only one of allowed_domains or blocked_domains may be set.")
