"""A process that runs Byline's commands and is there to be killed.

    with Victim(folder, young=20) as victim:
        run = victim.run("sync", news, "--store", store, "--json")
        os.kill(run.pid, signal.SIGKILL)
        status, lines = victim.wait(run)

What takes long to import is imported once, in a server without threads; each command is a fork of
it, which runs `index.__main__.main` with a file as its standard output. A line counts as said when
all of it is in that file.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.result import ROOT


class Broken(Exception):
    """What a fail-point raises."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command that is running, or was; what it says is in the file `said`."""

    pid: int
    said: Path

    def lines(self) -> list[str]:
        """The whole lines that it has said so far."""
        text = self.said.read_text("utf-8", "replace")
        return [line.rstrip("\n") for line in text.splitlines(keepends=True) if line[-1:] == "\n"]

    def committed(self) -> list[str]:
        """The sources that it has acknowledged so far."""
        lines = [json.loads(line) for line in self.lines() if line.startswith("{")]
        return [line["committed"] for line in lines if "committed" in line]

    @property
    def errors(self) -> str:
        """The end of what it said on stderr."""
        return self.said.with_suffix(".err").read_text("utf-8", "replace")[-2_000:]


class Victim:
    """The server; commands run with `young` in place of `index.generations.YOUNG`.

    A `quick` one starts no other programs: it parses files itself, and opens what it has built in a
    fork of itself. Without `graph` a generation has cells alone, as a large one has.
    """

    def __init__(self, folder: Path, *, young: int = 20, quick: bool = False) -> None:
        self.folder = folder
        self.young = young
        self.graph = True
        self._count = 0
        bare = {k: v for k, v in os.environ.items() if not k.startswith("BYLINE_")}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.victim", str(int(quick))],
            cwd=ROOT,
            env={**bare, "BYLINE_ENCODER": "hash", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()

    def run(
        self, *arguments: str | Path, fail: Sequence[Any] = (), encoder: str | None = None
    ) -> Run:
        """Start a command. `fail` is (point, at which time it is reached, "kill" or "raise")."""
        assert self._server.stdin and self._server.stdout
        self._count += 1
        said = self.folder / f"said-{self._count % 50}.txt"
        said.write_text("")
        asked = {"arguments": [str(each) for each in arguments], "said": str(said),
                 "fail": list(fail), "encoder": encoder, "young": self.young,
                 "graph": self.graph}  # fmt: skip
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        return Run(int(self._server.stdout.readline()), said)

    def wait(self, run: Run) -> int:
        """Its exit status once it has ended, or minus the signal that ended it."""
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write("wait\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def done(self, *arguments: str | Path, **options: Any) -> tuple[int, Run]:
        """Run a command to its end."""
        run = self.run(*arguments, **options)
        return self.wait(run), run

    def asked(self, store: Path) -> tuple[int, list[list[tuple[int, float]]]]:
        """What the library at `store` finds by `benchmarks.damage`, opened in a fork."""
        status, run = self.done("found", store)
        found = json.loads(run.lines()[0]) if status == 0 else []
        return status, [[(number, score) for number, score in each] for each in found]

    def kill(self, run: Run, seconds: float) -> int:
        """Kill it after so many seconds, if it has not ended by then; its exit status."""
        time.sleep(seconds)
        # It stays a zombie until the server has been told to wait: its id is nobody else's.
        os.kill(run.pid, signal.SIGKILL)
        return self.wait(run)


def _serve(quick: bool) -> None:
    """Fork a command for each line; print its id, then how it ended."""
    for name in ("chromadb.config", "index.__main__", "index.hashing", "index.sync"):
        importlib.import_module(name)
    from index import generations

    generations.SHARE = 0.0
    if quick:
        from corpus.read import parse
        from corpus.sandbox import Sandbox

        subprocess.run = _forked  # type: ignore[assignment]
        Sandbox.parse = lambda _, *content: parse(*content)  # type: ignore[method-assign]
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            _be_killed(asked)
        print(pid, flush=True)
        sys.stdin.readline()
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _forked(command: Sequence[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
    """As `subprocess.run` of `python -m MODULE`, in a fork."""
    at = list(command).index("-m") + 1
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        signal.alarm(30)
        os.dup2(write, 1)
        sys.argv = list(command[at:])
        try:
            importlib.import_module(command[at]).main()
            sys.stdout.flush()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write)
    with open(read, "rb") as said:
        output = said.read()
    return subprocess.CompletedProcess(command, os.waitpid(pid, 0)[1], output, b"")


def _be_killed(asked: dict[str, Any]) -> None:
    """Run one command in this process, and end it."""
    said = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    errors = os.open(asked["said"][:-4] + ".err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    empty = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((said, 1), (errors, 2), (empty, 0)):
        os.dup2(old, new)
    from index import generations

    generations.YOUNG = asked["young"]
    if not asked["graph"]:
        generations.GRAPH_MOST = 0
    if asked["encoder"]:
        os.environ["BYLINE_ENCODER"] = asked["encoder"]
    if asked["fail"]:
        from index import failpoints

        point, wanted, how = asked["fail"]
        reached = 0

        def fail(name: str) -> None:
            nonlocal reached
            reached += name == point
            if name == point and reached == wanted:
                os.write(2, f"reached {name}\n".encode())
                if how == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise Broken(name)

        failpoints.on_reach = fail
    from index.__main__ import main

    status = 70
    try:
        if asked["arguments"][0] == "found":
            from benchmarks.damage import found

            print(json.dumps(found(Path(asked["arguments"][1]), vectors=True)))
            status = 0
        else:
            status = main(asked["arguments"])
    except Broken as error:
        os.write(2, f"broken at {error}\n".encode())
        status = 71
    except BaseException:
        import traceback

        os.write(2, traceback.format_exc().encode())
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(sys.argv[1] == "1")
