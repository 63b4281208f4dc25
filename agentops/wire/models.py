"""The platform's models: what can be asked of each, and what it costs. Of any other model nothing is known.

Source: platform.claude.com/docs/en/about-claude/pricing, …/docs/en/models/overview, …/build-with-claude/effort and
…/build-with-claude/fast-mode, as of November 2026.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

Level = Literal["low", "medium", "high", "xhigh", "max"]

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
DEFAULT_LEVEL: Final[Level] = "high"
"""What `effort` resolves to when nobody names it, where a model has no other; the API's own default of the field."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What tokens cost. Units: dollars for a million of them."""

    fresh: float
    """Input that was not in the cache."""

    output: float
    cache_read: float
    cache_write: float

    @classmethod
    def of(cls, fresh: float, output: float, cache_read: float | None = None) -> "Rate":
        """Return a rate; where the list says nothing of the cache, the platform's usual tenth and five quarters."""
        return cls(fresh, output, fresh / 10 if cache_read is None else cache_read, fresh * 1.25)

    def times(self, factor: float) -> "Rate":
        """Return the rate so many times as dear."""
        return Rate(self.fresh * factor, self.output * factor, self.cache_read * factor, self.cache_write * factor)


@dataclass(frozen=True, slots=True)
class PlatformModel:
    """What is known of one model."""

    rate: Rate | None = None
    """None where its list price is not known."""

    long_rate: Rate | None = None
    """What it costs for long prompts, where that is dearer."""

    long_above: int = 0
    """Units: tokens of the prompt."""

    efforts: tuple[Level, ...] = LEVELS
    """The levels it has; the default alone where it takes no effort."""

    default_effort: Level = DEFAULT_LEVEL
    has_fast_mode: bool = False
    fast_factor: float | None = None
    """How many times the price its fast mode costs; None where that is not known."""

    @property
    def takes_effort(self) -> bool:
        """Tell whether a request to it may name an effort."""
        return len(self.efforts) > 1


_OPUS = Rate.of(5, 25)
_NO_EFFORT: tuple[Level, ...] = (DEFAULT_LEVEL,)
_NO_XHIGH: tuple[Level, ...] = ("low", "medium", "high", "max")

_FABLE_5 = PlatformModel(Rate.of(10, 50))
_FABLE_5_1 = PlatformModel(Rate.of(10, 50, cache_read=0.25))
_HAIKU_4_5 = PlatformModel(Rate.of(1, 5), efforts=_NO_EFFORT)
_OPUS_4_5 = PlatformModel(_OPUS, efforts=("low", "medium", "high"))
_SONNET_4_5 = PlatformModel(Rate.of(3, 15), efforts=_NO_EFFORT)

MODELS: Final[Mapping[str, PlatformModel]] = MappingProxyType(
    {
        "claude-fable-5-2": PlatformModel(Rate.of(8, 40), has_fast_mode=True),
        "claude-fable-5-1": _FABLE_5_1,
        "claude-mythos-5-1": _FABLE_5_1,
        "claude-fable-5": _FABLE_5,
        "claude-mythos-5": _FABLE_5,
        "claude-mythos-preview": PlatformModel(efforts=_NO_XHIGH),
        "claude-opus-5-5": PlatformModel(
            Rate.of(4, 20, cache_read=0.20), default_effort="medium", has_fast_mode=True, fast_factor=2
        ),
        "claude-opus-5": PlatformModel(_OPUS, has_fast_mode=True, fast_factor=2),
        "claude-opus-4-8": PlatformModel(_OPUS, has_fast_mode=True, fast_factor=2),
        "claude-opus-4-7": PlatformModel(_OPUS),
        "claude-opus-4-6": PlatformModel(_OPUS, efforts=_NO_XHIGH),
        "claude-opus-4-5": _OPUS_4_5,
        "claude-opus-4-5-20251101": _OPUS_4_5,
        "claude-sonnet-5-5": PlatformModel(Rate.of(2, 10, cache_read=0.10)),
        "claude-sonnet-5": PlatformModel(Rate.of(2, 10)),
        "claude-sonnet-4-6": PlatformModel(Rate.of(3, 15), efforts=_NO_XHIGH),
        "claude-sonnet-4-5": _SONNET_4_5,
        "claude-sonnet-4-5-20250929": _SONNET_4_5,
        "claude-haiku-5-5": PlatformModel(Rate.of(0.10, 0.50), Rate.of(0.50, 2.50), 100_000, default_effort="medium"),
        "claude-haiku-4-5": _HAIKU_4_5,
        "claude-haiku-4-5-20251001": _HAIKU_4_5,
    }
)
"""By id and by alias."""


def with_fast_mode() -> Iterator[str]:
    """Yield the models that have a fast mode."""
    return (model_id for model_id, each in MODELS.items() if each.has_fast_mode)
