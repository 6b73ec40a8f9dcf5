"""Peak memory of a sync and of the web chat, as whole processes.

    python -m benchmarks.memory

*Sync*: `python -m index sync` of the sample and 2,000 short files into an empty store, with what
its child processes need; the most that was resident at once in one process (`ru_maxrss`). *Chat*:
`python app.py` over that store, asked 20 questions through its public endpoint (`VmHWM`).
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.articles import PILE, SAMPLE, pile, questions
from benchmarks.noop import environment
from benchmarks.result import ROOT, Measure, Measured, note, parser_of, run

QUESTIONS = 20


def measure(args: argparse.Namespace) -> Measured:
    """Sync, then chat, and look at what each took."""
    folder = pile(args.cache, args.files).resolve()
    asked = questions(SAMPLE)[:QUESTIONS]
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "store"
        note(f"syncing {args.files} files …")
        synced = _peak_of_sync([SAMPLE, folder], store)
        with _chat(store) as (url, process):
            _ask(url, asked[0])
            first = _resident(process.pid, "VmHWM")
            for question in asked[1:]:
                _ask(url, question)
            peak, now = (_resident(process.pid, name) for name in ("VmHWM", "VmRSS"))
    return f"the sample and {args.files:,} files, {len(asked)} questions", [
        Measure("sync, peak", synced, "MiB"),
        Measure("chat, peak after 1 question", first, "MiB"),
        Measure(f"chat, peak after {len(asked)} questions", peak, "MiB"),
        Measure(f"chat, resident after {len(asked)} questions", now, "MiB"),
    ]


def _peak_of_sync(folders: Sequence[Path], store: Path) -> float:
    """MiB at the peak of a sync. A child's peak starts at its parent's: this one stays small."""
    words = [sys.executable, "-m", "index", "sync", *map(str, folders), "--store", str(store)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            words, cwd=ROOT, env=environment(), stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        told = output.read().decode(errors="replace")
    # 1: some file is no article, as the sample's questions.jsonl.
    if process.returncode not in (0, 1):
        raise RuntimeError(f"the sync failed: {told[-500:]}")
    return usage.ru_maxrss / 1024


@contextmanager
def _chat(store: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The web chat over a store on a free port; stopped at the end, whatever happens."""
    words = [sys.executable, str(ROOT / "app.py"), "--store", str(store), "--port", "0"]
    process = subprocess.Popen(
        words,
        cwd=store.parent,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        if "http://" not in line:
            raise RuntimeError(f"the chat did not start: {line!r}")
        yield line.split()[-1], process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _ask(url: str, question: str) -> None:
    """Ask by the chat's endpoint; the answer has to come."""
    body = json.dumps({"data": [question, None, None, None, None, None]}).encode()
    request = Request(f"{url}/gradio_api/call/ask", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as response:
        event = json.load(response)["event_id"]
    with urlopen(f"{url}/gradio_api/call/ask/{event}", timeout=60) as response:
        stream = response.read().decode()
    if "event: complete" not in stream:
        raise RuntimeError(f"no answer to {question!r}: {stream[-300:]}")


def _resident(process: int, name: str) -> float:
    """MiB of a line of /proc/PID/status."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    if not found:
        raise RuntimeError(f"the system does not tell {name}")
    return int(found[1]) / 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--files", type=int, default=PILE, metavar="N", help=f"files ({PILE:,})")
    return run("memory", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
