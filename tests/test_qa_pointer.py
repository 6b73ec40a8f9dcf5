"""The pointer: its arithmetic by hand, and that it points at what is asked for."""

from pathlib import Path

import numpy as np
import pytest

from corpus import Article
from index.encoder import TokenVectors
from index.hashing import HashEncoder
from index.minilm import MiniLM
from index.passages import Passage, context
from index.sentences import sentences
from index.sync import sync
from qa import Assistant
from qa.pointer import LONGEST, fits, point, pointed, weights_of
from qa.question import parse

TEXT = (
    "The old mill at Tarn burned down on 3 June 2025. Nobody was hurt. "
    "Odile Brandvold, who owned it, puts the loss at 40,000 crowns."
)


def test_the_best_span_starts_before_it_ends_and_sums_both_logits() -> None:
    offsets = np.array([[0, 3], [4, 7], [8, 11]], np.int32)
    found = pointed(np.array([[1.0, 9.0], [2.0, 0.0], [0.0, 3.0]], np.float32), offsets)
    assert found is not None
    # The first token ends best, but only a span of its own can end there: 1 + 9.
    assert (found.most, found.start, found.end) == (10.0, 0, 3)
    sums = [1 + 9, 1 + 0, 1 + 3, 2 + 0, 2 + 3, 0 + 3]
    assert found.all == pytest.approx(np.log(np.exp(sums).sum()), abs=1e-4)


def test_no_span_is_longer_than_allowed_and_no_tokens_are_none() -> None:
    length = LONGEST + 4
    logits = np.zeros((length, 2), np.float32)
    logits[0, 0] = logits[-1, 1] = 5.0
    offsets = np.array([[at, at + 1] for at in range(length)], np.int32)
    found = pointed(logits, offsets)
    assert found is not None and found.end - found.start <= LONGEST
    assert pointed(logits[:0], offsets[:0]) is None


def test_the_weights_of_a_question_are_those_of_its_words() -> None:
    asked = parse("When did the mill burn?", {"mill": 10, "burn": 10}, 1000)
    offsets = np.array([[0, 4], [5, 8], [9, 12], [13, 17], [18, 22], [22, 23]], np.int32)
    weights = weights_of(asked, TokenVectors(np.zeros((6, 2), np.float32), offsets))
    assert weights.sum() == pytest.approx(1) and (weights > 0).tolist() == [
        False, False, False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the mill at Tarn burn down?", "3 June 2025"),
        ("Who owned the mill at Tarn?", "Odile Brandvold"),
    ],
)
def test_it_points_at_what_is_asked_for(question: str, answer: str) -> None:
    encoder = MiniLM()
    assert fits(encoder.fingerprint) and not fits(HashEncoder().fingerprint)
    article = Article("r", "a.txt", "Mill burns", TEXT)
    passage = Passage(1, article.id, 0, len(TEXT), TEXT, tuple(sentences(TEXT)))
    asked, found = encoder.encode_tokens([question, context(article, passage)])
    each = point(parse(question, {}, 1000), asked, len(article.title), passage, found)
    best = max((one for one in each if one), key=lambda one: one.most)
    assert answer in TEXT[best.start : best.end] or TEXT[best.start : best.end] in answer


def test_a_sentence_beyond_the_window_and_a_question_without_words_have_none() -> None:
    encoder = HashEncoder()
    passage = Passage(1, "x", 0, len(TEXT), TEXT, tuple(sentences(TEXT)))
    (asked,) = encoder.encode_tokens(["mill"])
    empty = TokenVectors(np.zeros((0, encoder.dim), np.float32), np.zeros((0, 2), np.int32))
    assert point(parse("mill", {}, 10), asked, 1, passage, empty) == (None, None, None)
    assert point(parse("", {}, 10), asked, 1, passage, asked) == (None, None, None)


def test_with_an_encoder_that_has_no_pointer_the_form_alone_is_marked(tmp_path: Path) -> None:
    text = (
        "The old mill at Tarn burned down on 3 June 2025. Nobody was hurt, the brigade said. "
        "Odile Brandvold, who owned it, puts the loss at 40,000 crowns."
    )
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mill.txt").write_text(text, "utf-8")
    encoder = HashEncoder()
    sync(tmp_path / "store", [tmp_path / "a"], encoder)
    with Assistant.open(tmp_path / "store", encoder=encoder, once=True) as assistant:
        answer = assistant.ask("When did the old mill at Tarn burn down?")
        assert not answer.refused
        sentence = answer.sentences[0]
        assert sentence.span and sentence.text[slice(*sentence.span)] == "3 June 2025"
        assert assistant.search("old mill at Tarn")[0].score > 0.5
        assert assistant.ask("Why did the whales leave the harbour?").refused
