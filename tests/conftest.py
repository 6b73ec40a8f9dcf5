"""What several test files need: a store made by the commands, and the web chat as a process."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class WebChat:
    """A running `python app.py`."""

    url: str
    process: "subprocess.Popen[str]"


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without what configures Byline, and with `extra`."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("BYLINE_", "GRADIO_"))}
    return bare | extra


def sync(articles: Path, store: Path, encoder: str = "hash") -> Path:
    """Bring a folder of articles into `store` by the command; the store."""
    command = [sys.executable, "-m", "index", "sync", str(articles), "--store", str(store)]
    extra = {"BYLINE_ENCODER": encoder} if encoder else {}
    done = subprocess.run(
        command, cwd=ROOT, env=environment(**extra), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return store


@pytest.fixture(scope="session")
def web_chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., WebChat]]:
    """`web_chat(store, encoder="hash", arguments=())` starts the page on a free port.

    It runs in a folder of its own, so that no `.env` is found; all are stopped at the end.
    """
    started: list[subprocess.Popen[str]] = []

    def start(store: Path, encoder: str = "hash", arguments: Sequence[str] = ()) -> WebChat:
        folder = tmp_path_factory.mktemp("chat")
        command = [sys.executable, str(ROOT / "app.py"), "--store", str(store), "--port", "0"]
        extra = {"BYLINE_ENCODER": encoder} if encoder else {}
        with (folder / "stderr").open("w") as errors:
            process = subprocess.Popen(
                [*command, *arguments],
                cwd=folder,
                env=environment(**extra),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        started.append(process)
        assert process.stdout
        line = process.stdout.readline()
        assert "http://" in line, (line, (folder / "stderr").read_text())
        return WebChat(line.split()[-1], process)

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()
