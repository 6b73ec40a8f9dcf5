"""Reading a sentence with its question: the arithmetic by hand, and what the trained weights do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.hashing import HashEncoder
from index.joint import (
    LONGEST,
    OF_BEFORE,
    OF_QUESTION,
    OF_SENTENCE,
    OF_TITLE,
    Sentence,
    reading,
)
from index.minilm import MiniLM
from index.passages import EVERYTHING
from index.sync import sync
from qa import Assistant, reader, together
from qa.rewrite import Standalone

MILL = (
    "The old mill at Tarn burned down on 3 June 2025. Nobody was hurt, the brigade said. "
    "Odile Brandvold, who owned it, puts the loss at 40,000 crowns."
)
ENCODER = MiniLM()


def test_the_words_that_answer_start_before_they_end() -> None:
    ends = np.log(np.array([[0.1, 0.7], [0.6, 0.1], [0.3, 0.2]], np.float32))
    offsets = np.array([[0, 3], [4, 7], [8, 11]], np.int32)
    found = reading(1.5, ends, offsets)
    # .6 x .7 would be the most, but ends before it starts; .6 x .2 is the most that does not.
    assert (found.logit, found.start, found.end) == (1.5, 4, 11)
    assert found.certain == pytest.approx(0.12)


def test_no_answer_is_longer_than_allowed_and_no_pieces_have_none() -> None:
    length = LONGEST + 4
    ends = np.zeros((length, 2), np.float32)
    ends[0, 0] = ends[-1, 1] = 5.0
    offsets = np.array([[at, at + 1] for at in range(length)], np.int32)
    found = reading(0.0, ends, offsets)
    assert 0 < found.end - found.start <= LONGEST
    assert reading(0.5, ends[:0], offsets[:0]).certain == 0.0


def test_what_is_read_is_cut_and_the_sentence_told_apart() -> None:
    long = Sentence("title " * 90, "before " * 90, "mill " * 90)
    ids, types, offsets = ENCODER.joint.inputs("why " * 90, long)
    assert ids.shape == types.shape == (1, OF_QUESTION + OF_TITLE + OF_BEFORE + OF_SENTENCE + 4)
    assert int(types.sum()) == len(offsets) == OF_SENTENCE
    ids, types, offsets = ENCODER.joint.inputs("why?", Sentence("", "", "The mill burned."))
    pieces = ["The mill burned."[a:b] for a, b in offsets]
    assert int(types.sum()) == len(pieces) and pieces[1] == "mill"


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_read(question: str, text: str) -> None:
    ids, types, offsets = ENCODER.joint.inputs(question, Sentence("", "", text))
    assert ids.shape == types.shape and int(types.sum()) == len(offsets)
    assert ((offsets >= 0) & (offsets <= len(text))).all()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the mill at Tarn burn down?", "3 June 2025"),
        ("Who owned the mill at Tarn?", "Odile Brandvold"),
        ("How much did the fire cost the owner of the mill?", "40,000 crowns"),
    ],
)
def test_it_knows_the_sentence_and_its_words(
    question: str, answer: str, sample_store: Path
) -> None:
    texts = [f"{text}." for text in MILL.removesuffix(".").split(". ")]
    sentences = [
        Sentence("Mill burns", " ".join(texts[:at]), text) for at, text in enumerate(texts)
    ]
    read = ENCODER.joint.read(question, sentences)
    best = max(range(len(texts)), key=lambda at: read[at].logit)
    assert answer in texts[best]
    assert texts[best][read[best].start : read[best].end] == answer
    assert read[best].certain > 0.3
    # Alone or beside others: each is read by itself.
    assert ENCODER.joint.read(question, [sentences[best]]) == [read[best]]


def test_a_library_is_read_by_the_default_encoder_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mill.txt").write_text(MILL, "utf-8")
    for name, encoder in (("hash", HashEncoder()), ("minilm", ENCODER)):
        sync(tmp_path / name, [tmp_path / "a"], encoder)
        with Assistant.open(tmp_path / name, encoder=encoder, once=True) as assistant:
            _, evidence = assistant._find(Standalone("When did the mill burn?"), EVERYTHING)
            assert all(bool(item.read) == (name == "minilm") for item in evidence)
            answer = assistant.ask("When did the old mill at Tarn burn down?")
            assert not answer.refused, name
            sentence = answer.sentences[0]
            assert sentence.span and sentence.text[slice(*sentence.span)] == "3 June 2025"
            assert assistant.search("old mill at Tarn")[0].score > 0.5
            assert assistant.ask("Why did the whales leave the harbour?").refused


def test_reading_changes_the_order_and_not_the_scale(sample_store: Path) -> None:
    with Assistant.open(sample_store, encoder=ENCODER) as assistant:
        question, evidence = assistant._find(Standalone("Who leads the bakery?"), EVERYTHING)
    plain = reader.scored(question, [replace(item, read={}) for item in evidence])
    read = reader.scored(question, evidence)
    assert [each.score for each, _ in plain] == [each.score for each, _ in read]
    known = [each for each, _ in read if each.read is not None]
    assert len(known) == together.READ
    usual = {(each.article.id, each.end): each.score for each, _ in plain}
    weighed = [
        usual[each.article.id, each.end] + reader.BY_READING * (each.read or 0) for each in known
    ]
    assert weighed == sorted(weighed, reverse=True)
