"""How long each step of a question took."""

import time


class Clock:
    """Milliseconds of each step, for `timings_ms`."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps = dict.fromkeys(("rewrite", "retrieve", "rerank", "read"), 0.0)

    def lap(self, step: str) -> None:
        """A step has ended now; what passed since the last one is its time."""
        now = time.perf_counter()
        self._laps[step] += (now - self._last) * 1000
        self._last = now

    def timings(self) -> dict[str, float]:
        """Milliseconds of each step so far, and in total."""
        total = (time.perf_counter() - self._started) * 1000
        return {name: round(ms, 2) for name, ms in (*self._laps.items(), ("total", total))}
