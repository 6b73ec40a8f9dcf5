"""The progress of a sync as a person, or with `--json` a program, sees it."""

import json
import os
import sys
from typing import Any

from index.report import Progress


class Bar(Progress):
    """A bar on stderr: articles done of all, articles a second, passages embedded."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._bar: Any = None
        self._passages = 0

    def start(self, files: int) -> None:
        """Show the bar."""
        from tqdm import tqdm

        # disable=None: no bar where stderr is not a terminal.
        self._bar = tqdm(total=files, unit=" articles", disable=None, file=sys.stderr)

    def embedded(self, passages: int) -> None:
        """Show the passages beside it."""
        self._passages += passages
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self._passages} passages embedded")

    def committed(self, source: str) -> None:
        """Print the line that acknowledges it."""
        self._tell("committed", source)

    def reembedded(self, source: str) -> None:
        """Print a line for it."""
        self._tell("reembedded", source)

    def _tell(self, what: str, source: str) -> None:
        if not self._as_json:
            return
        try:
            sys.stdout.write(json.dumps({what: source}) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody listens any more; the articles are still wanted.
            self._as_json = False
            discard_stdout()

    def done(self) -> None:
        """Move on by one."""
        if self._bar is not None:
            self._bar.update()

    def stage(self, name: str) -> None:
        """Say what takes a while now."""
        self.close()
        if sys.stderr.isatty():
            sys.stderr.write(f"making the {name} …\n")

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def discard_stdout() -> None:
    """Write to nowhere from now on: whoever read has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
