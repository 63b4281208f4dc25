"""What a command costs: CPU seconds and peak memory of its process, as the system counted them."""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_KIB = 1024
_SPAWNER = Path(__file__).with_name("spawner.py")


@dataclass(frozen=True, slots=True)
class Cost:
    """Units: `cpu_s` user and system seconds of the process and those it waited for; `peak_bytes` resident set size."""

    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Bench:
    """Where commands run, with which settings, and how often."""

    folder: Path
    settings: Mapping[str, str]
    runs: int

    def cost(self, command: Sequence[str | Path], *, status: int = 0) -> Cost:
        """Return the median over the runs; where there are several, one before them fills caches and does not count."""
        if self.runs > 1:
            self.once(command, status=status)
        measured = [self.once(command, status=status) for _ in range(self.runs)]
        middle = statistics.median(each.cpu_s for each in measured)
        return Cost(middle, max(each.peak_bytes for each in measured))

    def once(self, command: Sequence[str | Path], *, status: int = 0) -> Cost:
        """Return what one run costs; stop the benchmark when it does not end as it should."""
        said = self.folder / "said.txt"
        with said.open("wb") as output:
            told = subprocess.run(
                [sys.executable, "-IS", _SPAWNER, *command],
                cwd=self.folder,
                env=dict(self.settings),
                stdout=output,
                stderr=subprocess.PIPE,
                check=True,
            )
        ended, cpu_s, peak_kib = json.loads(told.stderr)
        if ended != status:
            raise SystemExit(f"{command[0]} ended with {ended}: {said.read_text()[-2000:]}")
        return Cost(cpu_s, peak_kib * _KIB)
