"""What the two web tools may reach: their configs, and the rules for lists of domains."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from agentops.wire.fields import repeats
from agentops.wire.permissions import PermissionPolicy
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Form, Omissible, Shape
from agentops.wire.timezones import Timezone

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.IGNORECASE)
_LOCAL = ("localhost", "local", "internal", "localdomain", "invalid")
_REGISTRIES = frozenset(
    "ac.uk co.uk gov.uk org.uk com.au net.au org.au co.nz co.jp ne.jp or.jp com.br com.cn com.hk com.mx com.sg com.tr "
    "com.tw co.in co.kr co.za github.io gitlab.io herokuapp.com vercel.app pages.dev".split()
)
"""Public suffixes of more than one label that people meet; the full list is larger than this package."""

_COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)
"""Source: ISO 3166-1 alpha-2, as the IANA time zone database 2026f lists it."""

_PLAIN = 'provide a plain hostname like "example.com"'


def domain_problem(domain: str, *, path_allowed: bool = False) -> str | None:
    """Return what keeps the text from being a domain of a list, or None.

    Source: the documented rules and wording of the web tools' `allowed_domains` and `blocked_domains`.
    """
    host, slash, rest = domain.partition("/")
    if "://" in domain or host.endswith(":"):
        return f"URL schemes are not supported; {_PLAIN}"
    if slash and rest and not path_allowed:
        return f"paths are not supported; {_PLAIN}"
    if "@" in host:
        return f"credentials are not supported; {_PLAIN}"
    if "*" in host:
        return f"wildcards are not supported, subdomains are included; {_PLAIN}"
    if _is_address(host):
        return f"IP addresses are not supported; {_PLAIN}"
    return _host_problem(host)


def _host_problem(host: str) -> str | None:
    if ":" in host:
        return f"ports are not supported; {_PLAIN}"
    if not host.isascii():
        return f"only ASCII is supported, write the punycode form; {_PLAIN}"
    if not _HOST.fullmatch(host):
        return f"not a hostname; {_PLAIN}"
    lowered = host.lower()
    if lowered.rpartition(".")[2] in _LOCAL:
        return f"local names are not supported; {_PLAIN}"
    if "." not in host or lowered in _REGISTRIES:
        return f"a public suffix or a single label is too wide; {_PLAIN}"
    return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return bool(re.fullmatch(r"[0-9.]+(:[0-9]+)?", host))
    return True


def domain_list_problems(domains: Sequence[str], *, path_allowed: bool = False) -> Iterator[Problem]:
    """Yield every problem with a list of domains, paths relative to the list."""
    if not domains:
        yield Problem((), "too-few", "Empty list of domains is ambiguous. Provide at least one domain or null.")
    for index, domain in enumerate(domains):
        if message := domain_problem(domain, path_allowed=path_allowed):
            yield Problem((index,), "bad-format", message)
    yield from repeats((each.removesuffix("/").lower() for each in domains), lambda index: (index,), "domain")


def _hosts(domains: list[str]) -> list[str]:
    return obeying(domains, domain_list_problems(domains))


def _hosts_and_paths(domains: list[str]) -> list[str]:
    return obeying(domains, domain_list_problems(domains, path_allowed=True))


_Domain = Annotated[str, Field(min_length=1, max_length=255)]
_FetchDomains = Annotated[list[_Domain], Field(max_length=64), AfterValidator(_hosts)]
_SearchDomains = Annotated[list[_Domain], Field(max_length=64), AfterValidator(_hosts_and_paths)]


class UrlSourceTool(Shape):
    """One tool whose results count as a source of URLs. Source: `…web_fetch_url_source_tool_reference_param.py`."""

    type: Literal["tool_reference"]
    name: Annotated[str, Field(min_length=1)]


def _distinct(tools: list[UrlSourceTool]) -> list[UrlSourceTool]:
    return obeying(tools, repeats((each.name for each in tools), lambda index: (index, "name"), "tool"))


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
    if code not in _COUNTRIES:
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
