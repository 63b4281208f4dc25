"""Which hosts a sandbox may name: one decision, made on one spelling, before anything else sees the name."""

import re
from ipaddress import ip_address

from agentops.engine.sandbox.port import Egress

PORTS = (80, 443)

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)


class Refused(Exception):
    """The proxy does not do that; the text is for whoever asked from inside."""


def spelled(host: str) -> str:
    """Return the one spelling of a host: lower case, no final dot, addresses as they are printed.

    Raises:
        Refused: it is none, or one that two programs could read as two different hosts.
    """
    # First of all: a suffix check that sees a NUL where a resolver sees the end has let sandboxes out before.
    if not host.isascii() or not host.isprintable() or " " in host:
        raise Refused("a host has letters, digits, hyphens and dots; write other names in their xn-- form")
    host = host.lower()
    if host.startswith("[") and host.endswith("]"):
        return _address(host[1:-1])
    host = host.removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _address(host)
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise Refused("this is not the name of a host")
    return host


def _address(text: str) -> str:
    """Return an address that is written in full: not in octal or hexadecimal, not as one number, without a zone."""
    try:
        address = ip_address(text)
    except ValueError:
        raise Refused("an address is written in full, in decimal, without a zone") from None
    if str(address) != text or "%" in text:
        raise Refused("an address is written in the one usual way")
    return text


def is_allowed(egress: Egress, host: str) -> bool:
    """Tell whether the host, spelled, may be asked for; where it leads is judged later."""
    match egress.mode:
        case "none":
            return False
        case "unrestricted":
            return True
        case "limited":
            return any(_matches(each.lower().removesuffix("."), host) for each in egress.hosts)


def _matches(rule: str, host: str) -> bool:
    if rule.startswith("*."):
        return host.endswith(rule[1:]) and host != rule[1:]
    return host == rule
