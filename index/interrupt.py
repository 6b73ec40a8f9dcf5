"""Ctrl-C, raised only where it leaves nothing half done among threads."""

import signal
import threading
from types import FrameType
from typing import Self


class Interrupt:
    """Within it the first Ctrl-C is noted, and raised by the next `check`; a second one at once.

    Python raises KeyboardInterrupt between any two steps of the main thread, also right after it
    has taken a future's lock and before it is bound to give it back: the thread that wants to set
    that future's result would then wait for ever, and whoever joins it, too.
    """

    def __init__(self) -> None:
        self._heard = False
        self._in_place = False

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        # Whoever has another way with the signal, or has none, keeps it.
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._in_place = True
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._in_place:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if kind is None:
            self.check()

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed."""
        if self._heard:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._heard:
            raise KeyboardInterrupt
        self._heard = True
