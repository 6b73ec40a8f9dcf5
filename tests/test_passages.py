"""Passages: whole sentences that tile, fit the window, and are the article's text to the letter."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus import Article
from index.hashing import HashEncoder
from index.minilm import MiniLM
from index.passages import LONGEST, OVERLAP, TOKENS, Passage, Scope, context, split
from index.sentences import sentences

HASH, MINILM = HashEncoder(), MiniLM()

# Anything that a text may hold, and more of what goes wrong: stops, marks, scripts, long words.
WORDS = st.one_of(
    st.sampled_from(
        [
            *"ferry Dr. Mr. 3. März 4.52 p.m. U.S. “Wait!” he (said), café naïve Élysée".split(),
            *"北京大学。 谁？ مرحبا؟ שלום नमस्ते। 🙂 👩‍👩‍👧‍👦 … ... ? ! 。 ।".split(),
            *("e\u0301\u0302", "\u202eabc\u202c", "a\u200bb", "\ufeff", "\u0301"),
        ]
    ),
    st.text(min_size=1, max_size=12),
    st.characters(categories=("L", "M", "N", "P", "S")),
    st.integers(1, 3_000).map(lambda length: "x" * length),
)
SPACES = st.sampled_from([" ", " ", " ", " ", "  ", "\n", "\n\n", "\t", "\u00a0", "\u2028", "\r\n"])
TEXTS = st.builds(
    lambda pairs, times: "".join(word + space for word, space in pairs) * times,
    st.lists(st.tuples(WORDS, SPACES), max_size=40),
    st.sampled_from([1, 1, 1, 3, 40]),  # now and then more than one passage holds
)


def article(text: str) -> Article:
    return Article("r", "a.txt", "A title", text)


def tokens_in(passage: Passage, encoder: HashEncoder | MiniLM) -> int:
    """Word pieces of the passage's sentences, each counted by itself as `split` counts them."""
    base = passage.start
    texts = [passage.text[start - base : end - base] for start, end in passage.sentences]
    return sum(len(offsets) for offsets in encoder.tokens(texts))


def check(text: str, encoder: HashEncoder | MiniLM) -> list[Passage]:
    """All that is promised of the passages of any text."""
    passages = split(article(text), encoder)
    covered = np.zeros(len(text), bool)
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text and passage.text.strip()
        # The sentences tile the passage: in order, and nothing but white space between them.
        assert passage.sentences[0][0] == passage.start
        assert passage.sentences[-1][1] == passage.end
        for (_, end), (start, _) in itertools.pairwise(passage.sentences):
            assert end <= start and not text[end:start].strip()
        assert all(start < end for start, end in passage.sentences)
        assert tokens_in(passage, encoder) <= TOKENS
        covered[passage.start : passage.end] = True
    assert not [c for c, seen in zip(text, covered, strict=True) if not seen and not c.isspace()]
    for one, following in itertools.pairwise(passages):
        assert one.start < following.start and one.end < following.end
        # No more is said twice than the overlap.
        shared = set(one.sentences) & set(following.sentences)
        assert len(shared) <= OVERLAP
    assert split(article(text), encoder) == passages
    return passages


@given(TEXTS)
@example("")
@example(" \n\u00a0")
@example("x" * 100_000)
@example("北" * 2_000)
@example("no punctuation at all " * 500)
@example("One. " * 1_000)
@example("\u202eRTL " * 300 + "\u0301" * 500)
@example("🙂" * 3_000)
def test_passages_keep_every_promise_over_any_text(text: str) -> None:
    check(text, HASH)


@given(TEXTS)
@example("x" * 20_000)
@example("北京大学的学生。" * 300)
@example("Pneumonoultramicroscopicsilicovolcanoconiosis" * 40)
def test_passages_fit_the_default_encoders_window(text: str) -> None:
    check(text, MINILM)


@given(st.lists(st.text("ab🙂北é", min_size=1, max_size=9), min_size=1, max_size=80))
def test_sentences_hold_every_character_that_is_not_white_space_once(words: list[str]) -> None:
    text = ". ".join(words)
    spans = sentences(text)
    assert all(a < b and text[a:b].strip() == text[a:b] for a, b in spans)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_a_short_text_is_one_passage_of_its_sentences() -> None:
    (only,) = split(article("Dr. Halloran counted.  Nobody saw\nit go."), HASH)
    text = "Dr. Halloran counted.  Nobody saw\nit go."
    assert (only.number, only.start, only.end, only.text) == (0, 0, len(text), text)
    told = [only.text[start:end] for start, end in only.sentences]
    assert told == ["Dr. Halloran counted.", "Nobody saw", "it go."]
    assert only.article_id == article("").id


def test_a_new_passage_begins_with_the_last_sentence_of_the_one_before() -> None:
    words = [f"Sentence {n} says what word{n} means to us all today." for n in range(60)]
    passages = check(" ".join(words), HASH)
    assert len(passages) > 1
    for one, following in itertools.pairwise(passages):
        assert one.sentences[-OVERLAP:] == following.sentences[:OVERLAP]


def test_a_sentence_too_long_for_the_window_is_cut_between_words() -> None:
    text = "beaver " * 1_000 + "end."
    passages = check(text, MINILM)
    assert len(passages) > 3
    for passage in passages:
        assert set(passage.text.split()) <= {"beaver", "end."}


def test_a_line_of_ten_million_letters_is_cut_and_soon_done() -> None:
    passages = split(article("x" * 10_000_000), HASH)
    assert sum(len(p.text) for p in passages) >= 10_000_000
    assert max(len(p.text) for p in passages) <= LONGEST * TOKENS


def test_the_context_of_a_passage_is_the_title_and_the_passage() -> None:
    long = Article("r", "a.txt", "T" * 500, "Line 7 has 14 stops.")
    (only,) = split(long, HASH)
    assert context(long, only) == "T" * 200 + "\nLine 7 has 14 stops."


@pytest.mark.parametrize("field", ["start", "end", "outlet", "author", "article"])
def test_a_scope_is_true_when_it_limits_anything(field: str) -> None:
    assert not Scope()
    assert Scope(**{field: "x"})
