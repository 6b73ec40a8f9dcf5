"""`python -m qa`: what it prints, how it exits, and one clear line where it cannot."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, environment, store_of

from corpus import Article
from qa.__main__ import WIDTH, main

ARTICLE = Article(
    "r",
    "beavers.md",
    "Beavers on the Aske",
    "Wardens counted 37 beavers on the Aske. They saw them at dusk.",
    author="Ann Finch",
    outlet="Tidewire",
    published="2024-03-10",
)
Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return store_of(tmp_path / "store", ARTICLE, Article("r", "ferry.txt", "Ferry", "It sank."))


@pytest.fixture
def qa(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Printed:
    """Run a command in this process: exit status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    monkeypatch.delenv("BYLINE_STORE", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def process(
    *arguments: str, folder: Path = ROOT, **extra: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "qa", *arguments],
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT)) | extra,
        capture_output=True,
        text=True,
    )


def test_an_answer_is_the_sentences_and_below_them_where_each_stands(
    qa: Printed, store: Path
) -> None:
    status, out, err = qa("ask", "What is there by Finch?", "--store", store)
    assert (status, err) == (0, "")
    assert out == (
        "“Beavers on the Aske” (Ann Finch, Tidewire, 2024-03-10). [1]\n\n"
        "[1] Beavers on the Aske, Ann Finch, Tidewire, 2024-03-10 (beavers.md)\n"
    )


def test_lines_fit_a_terminal(qa: Printed, store: Path) -> None:
    for command in (("ask", "What is there by Finch?"), ("search", "beavers")):
        _, out, _ = qa(*command, "--store", store)
        assert out and max(map(len, out.splitlines())) <= WIDTH


def test_a_refusal_exits_0(qa: Printed, store: Path) -> None:
    status, out, err = qa("ask", "What is the capital of Mongolia?", "--store", store)
    assert (status, err) == (0, "") and out.startswith("None of the articles is about this.")


def test_json_is_one_line_with_the_documented_keys(qa: Printed, store: Path) -> None:
    status, out, err = qa("ask", "What is there by Finch?", "--store", store, "--json")
    assert (status, err, out.count("\n")) == (0, "", 1)
    answer = json.loads(out)
    assert set(answer) == {
        "question", "standalone_question", "text", "refused", "reason", "sentences", "citations",
        "nearest", "disagreement", "note", "scope", "confidence", "timings_ms",
    }  # fmt: skip
    (citation,) = answer["citations"]
    assert ARTICLE.text[citation["start"] : citation["end"]] == citation["quote"]
    assert (citation["page"], citation["url"]) == (None, None)


def test_search_prints_what_ask_would_read(qa: Printed, store: Path) -> None:
    status, out, _ = qa("search", "beavers", "--store", store, "-k", 1)
    assert status == 0 and out.startswith("1. Beavers on the Aske, Tidewire, 2024-03-10  [")
    assert "Wardens counted 37 beavers" in out and "2. " not in out
    hits = json.loads(qa("search", "beavers", "--store", store, "--json")[1])
    assert [hit["rank"] for hit in hits] == [1, 2]
    assert list(hits[0]) == [
        "rank", "score", "article_id", "source", "title", "outlet", "published", "page", "text",
        "start", "end",
    ]  # fmt: skip


def test_the_filters_reach_the_question(qa: Printed, store: Path) -> None:
    asked = ("ask", "What is there by Finch?", "--json", "--store", store)
    for extra, refused in (
        (("--from", "2024"), False),
        (("--from", "2025"), True),
        (("--to", "2024-03-10"), False),
        (("--to", "2024-03-09"), True),
        (("--outlet", "tide"), False),
        (("--outlet", "courier"), True),
        (("--article", ARTICLE.id), False),
    ):
        assert json.loads(qa(*asked, *extra)[1])["refused"] is refused, extra


@pytest.mark.parametrize(
    "arguments",
    [[], ["ask"], ["tell", "me"], ["search"], ["search", "x", "-k", "many"], ["ask", "x", "--no"]],
    ids=str,
)
def test_bad_usage_exits_2_with_the_usage(qa: Printed, arguments: list[str]) -> None:
    status, out, err = qa(*arguments)
    assert (status, out) == (2, "") and err.startswith("usage: python -m qa")


def test_a_missing_store_is_one_line_and_is_not_made(qa: Printed, tmp_path: Path) -> None:
    for command in (("ask", "How many?"), ("search", "beavers")):
        status, out, err = qa(*command, "--store", tmp_path / "nowhere")
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert err.startswith("error: ") and "nowhere" in err
        assert not (tmp_path / "nowhere").exists()
    assert "storage" in qa("ask", "How many?")[2]


def test_an_empty_library_says_how_to_fill_it(qa: Printed, tmp_path: Path) -> None:
    status, out, err = qa("ask", "How many?", "--store", store_of(tmp_path / "empty"))
    assert (status, out) == (1, "")
    assert "holds no article: add some with `python -m index sync ARTICLES" in err


def test_a_store_that_is_none_and_one_of_another_encoder_are_one_line(
    qa: Printed, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "library.db").write_text("not a database")
    for arguments in (
        ("--store", tmp_path / "letters"),
        ("--store", store / "library.db"),
    ):
        status, out, err = qa("ask", "How many?", *arguments)
        assert (status, out, err.count("\n")) == (1, "", 1), err
        assert err.startswith("error: ")


def test_debug_shows_the_trace(qa: Printed, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="nowhere"):
        qa("ask", "How many?", "--store", tmp_path / "nowhere", "--debug")


# As a process


def test_flag_then_environment_then_env_file_then_default(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    question = ["ask", "What is there by Finch?"]
    (folder / ".env").write_text(f"BYLINE_STORE={store}\nBYLINE_ENCODER=hash\n")
    assert process(*question, folder=folder).returncode == 0
    done = process(*question, folder=folder, BYLINE_STORE=str(tmp_path / "other"))
    assert done.returncode == 1 and "other" in done.stderr
    done = process(*question, "--store", str(store), folder=folder, BYLINE_STORE="other")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_cold_question_imports_neither_torch_nor_chromadb(store: Path) -> None:
    code = (
        "import sys; from qa.__main__ import main\n"
        "status = main(sys.argv[1:])\n"
        "heavy = 'torch chromadb gradio llama_index sentence_transformers transformers'.split()\n"
        "print([name for name in heavy if name in sys.modules], status, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "ask", "What is there by Finch?", "--store", str(store)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(BYLINE_ENCODER="hash"), capture_output=True, text=True
    )
    assert done.stderr == "[] 0\n" and "Beavers on the Aske" in done.stdout


def test_a_terminal_that_knows_only_ascii_does_not_end_the_program(store: Path) -> None:
    done = process(
        "ask", "What is there by Finch?", "--store", str(store), "--encoder", "hash",
        PYTHONIOENCODING="ascii",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "") and "\\u201cBeavers" in done.stdout


def test_a_reader_that_leaves_is_no_error(store: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = ["search", "beavers", "--store", str(store), "--encoder", "hash"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "qa", *command],
            cwd=ROOT,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_default_encoder_answers_over_the_sample(sample_store: Path) -> None:
    done = process("ask", "Who is the mayor of Lenton?", "--store", str(sample_store), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert "Desmond Yarrow" in answer["text"] and answer["text"].endswith(" [1]")
