"""A cross-encoder as an option: it orders the candidates, off by default, never fetched."""

from pathlib import Path

import pytest
from conftest import store_of

from corpus import Article
from corpus.errors import EncoderError
from index.hashing import HashEncoder
from qa import Assistant
from qa.__main__ import main
from qa.crossencoder import CrossEncoder, load_reranker

WORDS = "who leads the survey of beavers on river aske neve halloran counts oysters bay".split()


def tiny(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder with random weights, saved as transformers saves one; the folder."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(1)
    folder.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *"abcdefghijklm"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=labels,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [
        "Neve Halloran leads the survey of beavers.",
        "The survey counts oysters on the bay.",
        "Beavers on the river Aske.",
        "The bay of oysters, the river of beavers.",
    ]
    articles = [Article("r", f"{n}.md", f"Survey {n}", text) for n, text in enumerate(texts)]
    return store_of(tmp_path_factory.mktemp("store") / "store", *articles)


def test_the_candidates_are_ordered_by_the_models_own_scores(model: Path, store: Path) -> None:
    from sentence_transformers import CrossEncoder as Model

    query = "Who leads the survey of beavers?"
    with Assistant.open(store, encoder=HashEncoder()) as plain:
        before = plain.search(query)
    with Assistant.open(store, encoder=HashEncoder(), reranker=str(model)) as assistant:
        hits = assistant.search(query)
        assistant.ask(query)
    assert {hit.passage.text for hit in hits} == {hit.passage.text for hit in before}
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    import torch

    pairs = [(query, f"{hit.article.title}\n{hit.passage.text}") for hit in hits]
    expected = Model(str(model)).predict(pairs, activation_fn=torch.nn.Identity())
    assert [hit.score for hit in hits] == pytest.approx(expected.tolist(), abs=1e-4)


def test_without_a_name_there_is_none() -> None:
    assert load_reranker("") is None


def test_one_that_is_not_here_is_an_error_that_says_what_to_do(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EncoderError, match=r"there is no reranker at .*BYLINE_RERANKER"):
        CrossEncoder(str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderError, match="cannot be loaded from this disk"):
        CrossEncoder(str(tmp_path / "empty"))
    arguments = ["--store", str(store), "--encoder", "hash", "--reranker", str(tmp_path / "none")]
    assert main(["search", "beavers", *arguments]) == 1
    assert "there is no reranker at" in capsys.readouterr().err


def test_one_with_several_scores_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="gives 3 scores"):
        CrossEncoder(str(tiny(tmp_path / "three", labels=3)))


def test_the_commands_take_it(model: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--store", str(store), "--encoder", "hash", "--reranker", str(model)]
    assert main(["search", "beavers", "--json", *arguments]) == 0
    assert main(["ask", "Who leads the survey of beavers?", *arguments]) == 0
    assert capsys.readouterr().err == ""
