"""Prints what agentops costs: `python -m tests.benchmarks [NAME ...]`; `--help` lists the names.

Commands in CPU seconds, which mean the same on a busy machine; the server beside a floor that had the same noise.
Nothing here passes or fails.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.flow.command import AGENTOPS, bare_environment
from tests.flow.server import serving

from . import corpus, dreams, fanout, gates, models, peers, sessions, steps, throughput, webhooks
from .measure import Bench, Cost

_NAMES = ("start-up", "manifests", "throughput", "models", "steps", "fanout", "sessions", "dreams", "gates", "webhooks")
_EMBEDDED = ("--target", "embedded")
_MANY = 1000
_WIDTH = 44
_NO_CACHE = {"XDG_CACHE_HOME": os.devnull}
"""No folder: what a fresh machine and a first run cost."""


def main() -> None:
    """Measure and print, line by line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(_NAMES)} (default: all)")
    parser.add_argument("--sizes", default="100,1000,10000", help="how many agents (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each command; the median counts (default: 3)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(_NAMES):
        parser.error(f"there is no benchmark {min(unknown)}; there are {', '.join(_NAMES)}")
    names = options.names or _NAMES
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory(prefix="agentops-bench.") as folder:
        if "start-up" in names:
            _start_up(Path(folder), max(options.runs, 9))
        if "manifests" in names:
            _manifests(Path(folder), [int(each) for each in options.sizes.split(",")], options.runs)
        there = Path(folder)
        printed: dict[str, Callable[[], Iterator[str]]] = {
            "throughput": lambda: throughput.lines(there / "throughput", max(options.runs, 5)),
            "models": lambda: iter(models.lines(max(options.runs, 10))),
            "steps": lambda: iter(steps.lines(there / "steps", options.runs)),
            "fanout": lambda: fanout.lines(there / "fanout", options.runs),
            "sessions": lambda: sessions.lines(there / "sessions"),
            "dreams": dreams.lines,
            "gates": gates.lines,
            "webhooks": lambda: webhooks.lines(there / "webhooks", options.runs),
        }
        for name in (each for each in printed if each in names):
            print()
            for line in printed[name]():
                print(line, flush=True)


def _manifests(folder: Path, sizes: list[int], runs: int) -> None:
    """Print what validate and a plan without changes cost, tree by tree."""
    print(f"\nCPU seconds and peak memory, median of {runs} runs (above {_MANY:,} agents: one run)")
    for size in sizes:
        print(f"\n{size:,} agents")
        for line in _measured(folder / str(size), size, runs if size <= _MANY else 1):
            print(line, flush=True)


def _start_up(folder: Path, runs: int) -> None:
    """Print what it costs to start, against Python itself."""
    home = folder / "start"
    corpus.write(home, 1)
    bench = Bench(home, bare_environment(home), runs)
    bare = bench.cost([sys.executable, "-c", "pass"])
    print(f"Start-up, median of {runs} runs")
    print(_line("python -c pass", bare))
    first = Bench(home, {**bench.settings, **_NO_CACHE}, runs)
    for what, measuring in (("--version", bench), ("validate", first), ("validate, again", bench)):
        cost = measuring.cost([AGENTOPS, what.partition(",")[0]])
        above = f"{1000 * (cost.cpu_s - bare.cpu_s):.0f} ms above bare Python"
        print(_line(f"agentops {what}", cost, above))
    sdk = Bench(home, bench.settings, 1).cost([sys.executable, "-c", "import anthropic"])
    print(_line("python -c 'import anthropic'", sdk, "paid only when something is written"))


def _measured(home: Path, size: int, runs: int) -> Iterator[str]:
    corpus.write(home, size)
    bench = Bench(home, bare_environment(home), runs)
    first = Bench(home, {**bench.settings, **_NO_CACHE}, runs).cost([AGENTOPS, "validate"])
    bench.once([AGENTOPS, "validate"])  # fills the cache, which one run alone would find empty
    again, peer = bench.cost([AGENTOPS, "validate"]), peers.check_jsonschema(bench)
    yield _line("agentops validate, first time", first, _each(first, size))
    yield _line("agentops validate, nothing changed", again, _each(again, size))
    yield _peer("check-jsonschema", peer, first)

    yield f"  (applied by `agentops apply` in {_apply(home):.1f} CPU-s)"
    plan = [AGENTOPS, "plan", "--exit-code"]
    with serving(home / ".agentops") as server:
        remote = Bench(home, {**bench.settings, **server.settings}, runs)
        cold = Bench(home, {**remote.settings, **_NO_CACHE}, runs).cost(plan)
        over_http = remote.cost(plan)
    embedded = bench.cost([*plan, *_EMBEDDED])
    yield _line("agentops plan, over HTTP, first time", cold, _each(cold, size))
    yield _line("agentops plan, over HTTP, again", over_http, _each(over_http, size))
    yield _line("agentops plan, embedded (engine included)", embedded, _each(embedded, size))
    yield _peer("octodns-sync (no network)", peers.octodns(bench, size), cold)
    yield _peer("terraform plan (no network, own kind)", peers.terraform(bench, size), cold)


def _apply(home: Path) -> float:
    """Make the agents live on the embedded engine, whose database the server then serves. Return the CPU seconds."""
    return Bench(home, bare_environment(home), 0).once([AGENTOPS, "apply", "--yes", *_EMBEDDED]).cpu_s


def _line(what: str, cost: Cost, note: str = "") -> str:
    return f"  {what:<{_WIDTH}}{cost.cpu_s:8.3f} s{cost.peak_bytes / 1e6:8.0f} MB   {note}".rstrip()


def _each(cost: Cost, size: int) -> str:
    return f"{1000 * cost.cpu_s / size:.2f} ms an agent"


def _peer(what: str, cost: Cost | None, ours: Cost) -> str:
    if cost is None:
        return f"  {what:<{_WIDTH}}not installed"
    return _line(what, cost, f"{cost.cpu_s / ours.cpu_s:.1f} times ours")


if __name__ == "__main__":
    main()
