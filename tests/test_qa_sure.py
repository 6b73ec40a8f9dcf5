"""How sure: what else was found counts by the size of the library."""

import math
from dataclasses import replace

import numpy as np
import pytest

from corpus import Article
from index.passages import Passage
from qa.match import Match
from qa.model import model
from qa.question import parse
from qa.rerank import Evidence
from qa.sure import FURTHEST, LARGE, NAMES, SMALL, beside, largeness, line, probability, share_of
from qa.types import Hit

NONE = np.zeros((0, 1), np.float32)


def found(start: int, end: int, **said: float) -> Evidence:
    """A passage of one article as it was found."""
    article = Article("r", "a.txt", "T", "x" * 100)
    passage = Passage(1, article.id, start, end, "x" * (end - start), ((start, end),))
    hit = Hit(passage, article, 0.5, 1)
    met = Match(NONE, NONE[:, 0], NONE.astype(bool), NONE.astype(np.int32))
    return replace(Evidence(hit, met, 0.0), **said)


def test_a_library_is_large_by_the_logarithm_of_its_passages() -> None:
    assert largeness(0) == largeness(1) == largeness(SMALL) == 0
    assert largeness(LARGE) == largeness(10 * LARGE) == 1
    assert largeness(round(math.sqrt(SMALL * LARGE))) == pytest.approx(0.5, abs=1e-3)


def test_what_is_beside_is_that_of_the_passages_of_the_sentence() -> None:
    evidence = [
        found(0, 50, fused=0.1, cosine=0.4, likely=-1.0),
        found(40, 100, fused=0.05, cosine=0.6, likely=2.0),
    ]
    own = evidence[0].hit.passage.article_id
    assert beside(evidence, own, 45, 1.5) == pytest.approx([1.5, 0.1, 0.6, 2.0])
    assert beside(evidence, own, 30, 99.0) == pytest.approx([FURTHEST, 0.1, 0.4, 2.0])
    assert beside(evidence, "another", 30, -1.0) == pytest.approx([-1.0, 0.0, 0.0, 2.0])


def test_in_a_small_library_what_else_was_found_counts_nothing() -> None:
    asked = parse("When did the mill burn?", {"mill": 1}, SMALL)
    evidence = [found(0, 50)] * 20
    near, far, own = np.zeros(4), np.array([6.0, 0.2, 1.0, 5.0]), (1.0, 1.5, 3.0)
    small = share_of(asked, evidence)
    assert line(small, near)(1.5, 3.0) == line(small, far)(1.5, 3.0)
    assert line(small, far)(1.5, 3.0) == pytest.approx(model().sure @ own)
    asked = replace(asked, among=LARGE)
    wanted = model().sure @ own + np.array([*own, *far]) @ model().sure_large
    assert line(share_of(asked, evidence), far)(1.5, 3.0) == pytest.approx(wanted)
    # Of a scope that holds one passage the size of the library says nothing.
    assert share_of(asked, evidence[:1]) == small


def test_to_stand_out_makes_surer_and_more_odds_never_less_sure() -> None:
    apart, level = (line(1.0, np.array([ahead, 0.1, 0.5, 0.0])) for ahead in (5.0, 0.0))
    assert apart(1.0, 0.0) > level(1.0, 0.0) and apart(2.0, 0.0) > apart(1.0, 0.0)
    assert apart(1.0, 2.0) > apart(1.0, None) == apart(1.0, 0.0) > apart(1.0, -2.0)
    assert probability(0.0) == 0.5 and probability(1e6) == 1.0 and probability(-1e6) < 1e-200
    assert len(model().sure) == 3 and len(model().sure_large) == len(NAMES)
