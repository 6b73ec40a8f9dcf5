"""What several test files need: stores, a check of every answer, and the web chat as a process."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpus import Article
from index.encoder import Encoder
from index.hashing import HashEncoder
from index.library import Library
from index.passages import context, split
from index.writer import File, Writer
from qa import Answer, Assistant
from qa.types import Citation

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


def store_of(store: Path, *articles: Article, encoder: Encoder | None = None) -> Path:
    """Put articles into the library at `store`, which is made when it is not there; the store."""
    encoder = encoder or HashEncoder()
    new = not store.exists()
    store.mkdir(exist_ok=True)
    with Writer.open(store, new=new) as writer:
        if new:
            writer.claim(encoder)
        for article in articles:
            passages = split(article, encoder)
            vectors = encoder.encode_passages([context(article, p) for p in passages])
            file = File(article.root, article.source, 1, 1, "x")
            writer.put(article, file, passages, vectors, whole=True)
    return store


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample articles, embedded by the default encoder."""
    return sync(ROOT / "corpus" / "sample", tmp_path_factory.mktemp("sample") / "store", "")


@pytest.fixture(scope="session")
def trusted(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The default encoder over articles that disagree, correct and quote, beside the sample."""
    store = tmp_path_factory.mktemp("trust") / "store"
    shutil.copytree(sample_store, store)
    with Assistant.open(sync(ROOT / "tests" / "trust", store, ""), once=True) as assistant:
        yield assistant


def check_quotes(library: Library, citations: Sequence[Citation]) -> None:
    """Each quote is word for word what the library holds at this moment."""
    stored = library.articles({c.article_id for c in citations})
    for citation in citations:
        article = stored[citation.article_id]
        assert 0 <= citation.start < citation.end <= len(article.text)
        assert article.text[citation.start : citation.end] == citation.quote


def check(answer: Answer, assistant: Assistant) -> None:
    """What holds for every answer: each quote is what is stored, each span lies in its sentence."""
    check_quotes(assistant.library, answer.citations)
    check_parts(answer)


def check_parts(answer: Answer) -> None:
    """What holds for every answer by itself: its parts fit together."""
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert answer.refused == (answer.reason is not None) == (not answer.sentences)
    assert answer.text.strip() and bool(answer.sentences) == bool(answer.citations)
    for sentence in answer.sentences:
        assert sentence.citations and set(sentence.citations) <= {
            c.number for c in answer.citations
        }
        if sentence.span:
            assert 0 <= sentence.span[0] < sentence.span[1] <= len(sentence.text)


@pytest.fixture(scope="session", autouse=True)
def _every_answer_is_checked() -> Iterator[None]:
    """Check every answer that is given in this process, by whichever test and whichever way.

    Quotes are compared while `ask` still holds its state of the library: a sync of the next moment
    may replace the article.
    """
    module = sys.modules["qa.answer"]  # the package exports its function under the same name
    ask, with_copies = Assistant.ask, vars(module)["with_copies"]
    here = threading.local()

    def compared(library: Library, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        here.citations = with_copies(library, citations)
        check_quotes(library, here.citations)
        return tuple(here.citations)

    @functools.wraps(ask)
    def checked(self: Assistant, *arguments: Any, **options: Any) -> Answer:
        here.citations = None
        answer = ask(self, *arguments, **options)
        assert answer.citations == here.citations
        check_parts(answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "with_copies", compared)
        patch.setattr(Assistant, "ask", checked)
        yield


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
