"""Which domains the web tools' allow and block lists take, with the API's own wording of what they do not."""

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv6Address

from agentops.wire.fields import repeats
from agentops.wire.problems import Problem

_HOST = re.compile(r"((?!-)[a-z0-9-]{1,63}(?<!-)\.)*[a-z][a-z0-9-]{0,62}(?<!-)", re.IGNORECASE)
_NUMERIC = re.compile(r"[0-9.]+(:[0-9]+)?")
_LOCAL = ("localhost", "local", "internal", "localdomain", "invalid")

_REGISTRIES = """
    ac.uk co.uk gov.uk org.uk com.au net.au org.au co.nz co.jp ne.jp or.jp com.br com.cn com.hk com.mx com.sg com.tr
    com.tw co.in co.kr co.za github.io gitlab.io herokuapp.com vercel.app pages.dev
"""
"""Public suffixes of more than one label that people meet; the full list is larger than this package."""

_INSTEAD = 'provide a plain hostname like "example.com"'


def _is_address(host: str) -> bool:
    if ":" not in host or _NUMERIC.fullmatch(host):
        return _NUMERIC.fullmatch(host) is not None
    try:
        IPv6Address(host.strip("[]"))
    except ValueError:
        return False
    return True


_OBJECTIONS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda host: "@" in host, "credentials are not supported"),
    (lambda host: "*" in host, "wildcards are not supported, subdomains are included"),
    (_is_address, "IP addresses are not supported"),
    (lambda host: ":" in host, "ports are not supported"),
    (lambda host: not host.isascii(), "only ASCII is supported, write the punycode form"),
    (lambda host: _HOST.fullmatch(host) is None, "this is not a hostname"),
    (lambda host: host.lower().rpartition(".")[2] in _LOCAL, "local names are not supported"),
    (lambda host: "." not in host, "a single label is not supported"),
    (lambda host: host.lower() in _REGISTRIES.split(), "a public suffix is not supported"),
)


def domain_problems(domain: str, *, path_allowed: bool = False) -> Iterator[Problem]:
    """Yield what keeps the text from being a domain of a list.

    Source: documented rules of the web tools; `IP addresses are not supported; provide …` is the API's own text.
    """
    host, _, rest = domain.partition("/")
    if "://" in domain:
        objection = "URL schemes are not supported"
    elif rest and not path_allowed:
        objection = "paths are not supported"
    else:
        objection = next((words for objects, words in _OBJECTIONS if objects(host)), "")
    if objection:
        yield Problem((), "bad-format", f"{objection}; {_INSTEAD}")


def domain_list_problems(domains: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with a list of sound domains, paths relative to the list."""
    if not domains:
        yield Problem((), "too-few", "Empty list of domains is ambiguous. Provide at least one domain or null.")
    yield from repeats([each.removesuffix("/").lower() for each in domains], lambda index: (index,))
