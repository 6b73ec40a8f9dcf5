"""Update: a sync of the library's own folders, begun from the page, as a process of its own.

The page names no folder: what is synced is what was synced before. One runs at a time, for
everybody who looks at the page, and it ends with the chat.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

TICK_SECONDS = 0.25
_COUNTED = ("added", "changed", "removed")


class Update:
    """The update of one library, whoever asked for it."""

    def __init__(self, store: Path) -> None:
        self._store = store.resolve()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._mending: subprocess.Popen[str] | None = None
        self._committed = 0
        self._said = ""

    def run(self) -> Iterator[str]:
        """Sync, and say how far it is; where one runs already, say that and leave it alone."""
        with self._lock:
            if self._child:
                yield f"An update is running already{self._so_far()}; try again when it has ended."
                return
            self._committed, self._said = 0, ""
            errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
            try:
                words = ("index", "sync", "--json", "--store", str(self._store))
                self._child = child = self._process(*words, errors=errors)
            except OSError as error:
                errors.close()
                yield f"No update can be started ({error.strerror}); see to it and try again."
                return
        # In a thread: the page may be closed before it has ended.
        threading.Thread(target=self._follow, args=(child, errors), daemon=True).start()
        while self._child is child:
            yield f"Looking for new articles …{self._so_far()}"
            time.sleep(TICK_SECONDS)
        yield self._said

    def mend(self) -> None:
        """Build the vector index again where it was damaged, beside the questions; none waits."""
        with suppress(OSError):
            self._mending = self._process("index.vector_index", str(self._store))
            threading.Thread(target=self._mending.wait, daemon=True).start()

    def close(self) -> None:
        """End what runs; what an update has committed is in, and the next goes on from there."""
        for child in filter(None, (self._child, self._mending)):
            with suppress(OSError):
                child.terminate()

    def _process(self, *words: str, errors: Any = None) -> "subprocess.Popen[str]":
        package = str(Path(__file__).resolve().parent.parent)
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(
            [sys.executable, "-P", "-m", *words],
            # Only who runs the program may change the library's encoder, which can take hours.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "BYLINE_ENCODER": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if errors else subprocess.DEVNULL,
            stderr=errors,
            text=True,
            start_new_session=True,
        )

    def _follow(self, child: "subprocess.Popen[str]", errors: Any) -> None:
        report: dict[str, Any] = {}
        assert child.stdout
        with child.stdout, errors:
            for line in child.stdout:
                with suppress(ValueError):
                    told = json.loads(line)
                    if "added" in told:
                        report = told
                    else:
                        self._committed += 1
            status = child.wait()
            errors.seek(0)
            lines = [line for line in errors if line.startswith("error: ")]
        if report:
            self._said = _in_words(report)
        elif lines:
            self._said = f"Not updated: {lines[-1].removeprefix('error: ').strip()}"
        else:
            self._said = f"The update ended early (exit status {status}); what is in stays."
        self._child = None

    def _so_far(self) -> str:
        return f" ({self._committed:,} done)" if self._committed else ""


def _in_words(report: dict[str, Any]) -> str:
    counts = [f"{report[name]:,} {name}" for name in _COUNTED if report[name]]
    failed = len(report["failed"])
    said = f"Articles: {', '.join(counts)}." if counts else "Nothing new."
    if failed:
        files = "1 file" if failed == 1 else f"{failed:,} files"
        said += f" {files} could not be read: `python -m index list --failed` says why."
    return said
