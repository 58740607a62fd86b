"""Time and memory of a process."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(slots=True)
class Lap:
    """How long a block took; 0 until it is left."""

    seconds: float = 0.0

    @property
    def ms(self) -> float:
        """The same in milliseconds."""
        return 1000 * self.seconds


@contextmanager
def lap() -> Iterator[Lap]:
    """Times a block."""
    timed = Lap()
    start = perf_counter()
    yield timed
    timed.seconds = perf_counter() - start


def peak_mib() -> float:
    """The most memory that this process has held so far, resident, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():
        # getrusage would count what the parent held at the time of the fork.
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
        if peaks:
            return round(peaks[0] / 1024, 1)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
