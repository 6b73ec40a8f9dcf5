"""Many who ask while one writes: readers of a library, and sessions of the web chat.

    python -m benchmarks.crowd [--seconds 60] [--readers 8] [--sessions 16] [--questions 60]

*Readers*: so many threads, two to an Assistant, ask and search for so long while one process after
another syncs a folder that changes all the time. *Sessions*: as many conversations with `python
app.py`, over HTTP, while the same goes on: every other question by the public endpoint with a
history, the rest by the page's own event, whose state the server keeps. Nothing may fail. Each
sentence of an article names the version of it, as its title does: a quote under another version's
title would be of an article half there. Each session asks for a name of its own: what speaks of
another's would be cross-talk.
"""

import argparse
import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.noop import environment
from benchmarks.result import ROOT, Measure, Measured, note, parser_of, run
from benchmarks.victim import Victim
from benchmarks.world import World
from qa import Assistant

TIMEOUT = 120
NAMES = re.compile(r"Quill\d+q")


class Crowd:
    """A folder that changes, the library of it, and what went wrong."""

    def __init__(self, place: Path, victim: Victim, files: int, sessions: int) -> None:
        self.world = World(place / "news", random.Random(1), files)
        self.still = place / "still"
        self.store = place / "store"
        self.victim = victim
        self.asked = self.answered = self.syncs = 0
        self.wrong: list[str] = []
        self._lock = threading.Lock()
        self.still.mkdir()
        for at in range(sessions):
            text = " ".join(
                f"Quill{at}q saw heron{at}x{number} at pier{at}x{number} on day{at}x{number}."
                for number in range(10)
            )
            (self.still / f"{at}.txt").write_text(f"Notes\n\n{text}\n", "utf-8")
        self.sync()

    def sync(self) -> None:
        """Bring everything in, in a process of its own."""
        status, process = self.victim.done(
            "sync", self.world.news, self.still, "--store", self.store, "--json", "--yes"
        )
        if status:
            self.tell(f"a sync ended with {status}: {process.errors}")
        self.syncs += 1

    def tell(self, line: str) -> None:
        """Keep what went wrong."""
        note(f"WRONG {line}")
        with self._lock:
            self.wrong.append(line[:500])

    def count(self, answered: bool) -> None:
        """One more question."""
        with self._lock:
            self.asked += 1
            self.answered += answered

    def run(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Run the tasks at once, and change and sync the folder until the last has ended."""

        def guarded(task: Callable[[], None]) -> None:
            try:
                task()
            except Exception as error:  # whatever it is, it must not be
                self.tell(f"{type(error).__name__}: {error}")

        threads = [threading.Thread(target=guarded, args=[task]) for task in tasks]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self.world.change()
            self.sync()
        for thread in threads:
            thread.join()

    # Readers

    def read(self, assistant: Assistant, rng: random.Random, until: float) -> None:
        """Ask and search until then."""
        while time.monotonic() < until:
            place = f"place{rng.randrange(500)}"
            answer = assistant.ask(f"What was delayed near {place}?")
            for citation in answer.citations:
                self._same_version(citation.title, citation.quote)
            hits = assistant.search(f"the ferry near {place}", k=5)
            for hit in hits:
                self._same_version(hit.article.title, hit.passage.text)
            self.count(bool(hits))

    def _same_version(self, title: str, quote: str) -> None:
        said = re.search(r"Report (\d+) of", title)
        versions = set(re.findall(r"version(\d+)x", quote))
        if said and versions and versions != {said[1]}:
            self.tell(f"{title!r} is cited with the text of {sorted(versions)}")

    # Sessions

    def talk(self, url: str, at: int, questions: int) -> None:
        """One conversation: by the endpoint, and by the page."""
        own = f"Quill{at}q"
        rng = random.Random(at)
        history: list[dict[str, str]] = []
        event = _event(url)
        for number in range(questions):
            thing = rng.randrange(10)
            question = f"Where did {own} see heron{at}x{thing}?"
            if number % 2:
                said = _page(url, f"session{at}", event, question)
            else:
                if history and rng.random() < 0.3:
                    question = f"And heron{at}x{thing}?"
                answer = _call(url, "ask", question, history[-3:], None, None, None, None)
                history.append({"question": question, "answer": answer["text"]})
                said = json.dumps(answer)
                for citation in answer["citations"]:
                    self._same_version(citation["title"], citation["quote"])
            others = set(NAMES.findall(said)) - {own}
            if others:
                self.tell(f"{own} was told of {sorted(others)}")
            hits = _call(url, "search", f"{own} heron{at}x{thing}", 1)
            self.count(own in hits[0]["text"])


def _post(url: str, body: Any) -> Any:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=TIMEOUT) as response:
        return json.loads(response.read())


def _call(url: str, name: str, *arguments: Any) -> Any:
    """What a public endpoint returns; RuntimeError where it says that it failed."""
    event = _post(f"{url}/gradio_api/call/{name}", {"data": list(arguments)})["event_id"]
    with urlopen(f"{url}/gradio_api/call/{name}/{event}", timeout=TIMEOUT) as response:
        stream = response.read().decode()
    kind, _, rest = stream.strip().rpartition("event: ")[2].partition("\n")
    if kind != "complete":
        raise RuntimeError(f"{name} ended with {kind}: {rest[:200]}")
    return json.loads(rest.removeprefix("data: "))[0]


def _event(url: str) -> int:
    """The number of the page's event that answers a question: five inputs, five outputs."""
    with urlopen(f"{url}/config", timeout=TIMEOUT) as response:
        config = json.loads(response.read())
    shapes = {(len(each["inputs"]), len(each["outputs"])): each["id"]
              for each in config["dependencies"]}  # fmt: skip
    return int(shapes[5, 5])


def _page(url: str, session: str, event: int, question: str) -> str:
    """The page's last answer to a question in a session whose state the server keeps."""
    data = [question, None, "", "", "Any outlet"]
    _post(f"{url}/gradio_api/queue/join", {"session_hash": session, "fn_index": event,
          "data": data, "event_data": None, "trigger_id": None})  # fmt: skip
    with urlopen(f"{url}/gradio_api/queue/data?session_hash={session}", timeout=TIMEOUT) as stream:
        for line in stream:
            message = json.loads(line[6:]) if line.startswith(b"data: ") else {}
            if message.get("msg") == "process_completed":
                if not message["success"]:
                    raise RuntimeError(f"the page failed: {message['output']}")
                return json.dumps(message["output"]["data"][:2])
    raise RuntimeError("the page never answered")


@contextmanager
def chat(store: Path) -> Iterator[str]:
    """The web chat over a store, as a process; its address."""
    words = [sys.executable, str(ROOT / "app.py"), "--store", str(store), "--port", "0"]
    process = subprocess.Popen(
        words, cwd=store.parent, env={**environment(), "BYLINE_ENCODER": "hash"},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        if process.stdout:
            process.stdout.close()


def readers(crowd: Crowd, count: int, seconds: float) -> None:
    """So many readers for so long, two to an Assistant."""
    until = time.monotonic() + seconds
    assistants = [Assistant.open(crowd.store, encoder="hash") for _ in range((count + 1) // 2)]
    crowd.run([
        lambda at=at: crowd.read(assistants[at // 2], random.Random(at), until)
        for at in range(count)
    ])  # fmt: skip
    for assistant in assistants:
        assistant.close()


def sessions(crowd: Crowd, count: int, questions: int) -> None:
    """So many conversations of so many questions each."""
    with chat(crowd.store) as url:
        crowd.run([lambda at=at: crowd.talk(url, at, questions) for at in range(count)])


def measure(args: argparse.Namespace) -> Measured:
    """First the readers, then the sessions."""
    measures = []
    with tempfile.TemporaryDirectory() as name, Victim(Path(name), young=100, quick=True) as victim:
        crowd = Crowd(Path(name), victim, args.files, args.sessions)
        for what, task in (
            ("readers", lambda: readers(crowd, args.readers, args.seconds)),
            ("sessions", lambda: sessions(crowd, args.sessions, args.questions)),
        ):
            before = (crowd.asked, crowd.answered, crowd.syncs, len(crowd.wrong))
            started = time.monotonic()
            task()
            seconds = time.monotonic() - started
            measures += [
                Measure(f"{what}: questions", crowd.asked - before[0], "count"),
                Measure(f"{what}: passages found", crowd.answered - before[1], "count"),
                Measure(f"{what}: seconds", seconds, "s"),
                Measure(f"{what}: syncs meanwhile", crowd.syncs - before[2], "count"),
                Measure(f"{what}: errors, half articles, cross-talk", len(crowd.wrong) - before[3],
                        "count", "<= 0"),
            ]  # fmt: skip
    over = (f"{args.readers} readers for {args.seconds:.0f} s and one writer; {args.sessions} "
            f"sessions of {args.questions} questions")  # fmt: skip
    return over, measures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--seconds", type=float, default=60, metavar="S", help="of reading (60)")
    parser.add_argument("--readers", type=int, default=8, metavar="N", help="readers (8)")
    parser.add_argument("--sessions", type=int, default=16, metavar="N", help="sessions (16)")
    parser.add_argument("--questions", type=int, default=60, metavar="N", help="each (60)")
    parser.add_argument("--files", type=int, default=60, metavar="N", help="files (60)")
    return run("crowd", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
