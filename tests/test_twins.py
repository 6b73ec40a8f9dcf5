"""Twins: what is grouped, whatever the order, and what stands for a group after every change."""

import json
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from conftest import store_of
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import twins
from corpus import Article
from index.catalogue import Catalogue
from index.hashing import HashEncoder
from index.shingles import minhash, shared, shingles
from index.writer import Writer

WORDS = [a + b for a in "ba ce di fo gu la me ni po ru".split() for b in "ta se ki no lu".split()]


def text(seed: int, length: int = 120) -> str:
    """A text of its own: no three words in a row are those of another seed, but by chance."""
    drawn = random.Random(seed)
    return " ".join(f"{drawn.choice(WORDS)}{drawn.choice(WORDS)}" for _ in range(length))


def article(name: str, words: str, **fields: str) -> Article:
    return Article("r", f"{name}.txt", fields.pop("title", name), words, **fields)


def groups(store: Path) -> set[frozenset[str]]:
    """The names of the articles of each group."""
    with Catalogue.browse(store) as catalogue:
        articles = catalogue.bylines(limit=-1)
        found: dict[str, set[str]] = {}
        for one in articles:
            standing = catalogue.group_of([one.id])[one.id]
            found.setdefault(standing, set()).add(one.source.removesuffix(".txt"))
    return {frozenset(group) for group in found.values() if len(group) > 1}


def standing(store: Path, name: str) -> str:
    with Catalogue.browse(store) as catalogue:
        identity = article(name, "").id
        return catalogue.article(catalogue.group_of([identity])[identity]).source[:-4]


def remove(store: Path, *names: str) -> None:
    with Writer.open(store) as writer:
        for name in names:
            writer.remove_file(("r", f"{name}.txt"))


def edited(words: str, share: float, seed: int = 1) -> str:
    drawn, each = random.Random(seed), words.split()
    for at in drawn.sample(range(len(each)), round(share * len(each))):
        each[at] = f"x{at}"
    return " ".join(each)


def group_of(tmp_path: Path, *articles: Article) -> set[frozenset[str]]:
    return groups(store_of(tmp_path / "store", *articles))


def pair(tmp_path: Path, one: str, other: str) -> bool:
    return bool(group_of(tmp_path, article("a", one), article("b", other)))


def test_copies_typeset_otherwise_and_edited_a_little_are_one_group(tmp_path: Path) -> None:
    story = text(1)
    found = group_of(
        tmp_path,
        article("a", story),
        article("b", "“" + story.upper().replace(" ", ",\n") + "!”"),
        article("c", edited(story, 0.05)),
        article("d", text(2)),
        article("e", edited(story, 0.5)),
    )
    assert found == {frozenset("abc")}


@pytest.mark.parametrize("first", ["long", "short"])
@pytest.mark.parametrize("share", [0.5, 0.1])
def test_a_longer_text_that_holds_the_shorter_is_a_twin(
    tmp_path: Path, first: str, share: float
) -> None:
    long = text(3, 1000)
    short = " ".join(long.split()[: round(1000 * share)])
    both = [article("long", long), article("short", short)]
    found = group_of(tmp_path, *(both if first == "long" else both[::-1]))
    assert found == {frozenset({"long", "short"})}


def test_what_a_site_puts_below_every_story_groups_none(tmp_path: Path) -> None:
    footer = text(9, 60)
    stories = [article(str(n), f"{text(100 + n, 80)}\n\n{footer}") for n in range(12)]
    # A note is mostly the footer, and most of it stands in every other.
    stories.append(article("note", f"{text(99, 14)}\n\n{footer}"))
    assert group_of(tmp_path, *stories) == set()


def test_a_collection_of_stories_does_not_bind_them_and_excerpts_that_overlap_are_bound(
    tmp_path: Path,
) -> None:
    one, other = text(4), text(5)
    week = article("week", f"{one} {other}")
    store = store_of(tmp_path / "store", week, article("one", one), article("other", other))
    assert groups(store) == set()
    remove(store, "other")
    assert groups(store) == {frozenset({"week", "one"})}
    words = text(6, 200).split()
    half, rest = " ".join(words[:120]), " ".join(words[60:])
    store_of(store, article("whole", " ".join(words)), article("half", half), article("rest", rest))
    assert frozenset({"whole", "half", "rest"}) in groups(store)


def test_a_very_short_text_is_a_twin_only_of_the_same_words(tmp_path: Path) -> None:
    short = text(7, 15)
    found = group_of(
        tmp_path,
        article("a", short),
        article("b", short.title() + "."),
        article("c", edited(short, 0.06)),
        article("d", f"{short} {text(8, 50)}"),
        article("dots", "…"),
        article("dashes", "—"),
    )
    assert found == {frozenset("ab")}


def test_languages_without_spaces_are_compared_by_characters(tmp_path: Path) -> None:
    drawn = random.Random(3)
    signs = [chr(0x4E00 + drawn.randrange(3000)) for _ in range(300)]
    changed = [*signs[:100], "新", *signs[101:]]
    other = [chr(0x4E00 + drawn.randrange(3000)) for _ in range(300)]
    found = group_of(
        tmp_path,
        article("a", "".join(signs)),
        article("b", "".join(changed)),
        article("c", "".join(other)),
    )
    assert found == {frozenset("ab")}


def test_the_first_dated_stands_then_the_longest_then_the_id(tmp_path: Path) -> None:
    story = text(10)
    store = store_of(
        tmp_path / "store",
        article("undated", f"{story} {text(11, 5)}"),
        article("later", story, published="2024-03-11"),
        article("month", story, published="2024-03"),
        article("wire", story, published="2024-03-10T23:00:00-05:00"),
        article("east", story, published="2024-03-11T03:00:00+00:00"),
    )
    order = []
    for _ in range(4):
        order.append(standing(store, "undated"))
        remove(store, order[-1])
    assert order == ["east", "wire", "later", "month"]
    assert groups(store) == set()
    store_of(store, article("short", story), article("shorter", " ".join(story.split()[:-2])))
    assert standing(store, "shorter") == "undated"


def test_group_of_names_each_article_itself_outside_any_group(tmp_path: Path) -> None:
    store = store_of(tmp_path / "store", article("a", text(1)), article("b", text(1)))
    a, b = article("a", "").id, article("b", "").id
    with Catalogue.browse(store) as catalogue:
        standing = min(a, b)
        assert catalogue.group_of([a, b, "gone"]) == {
            a: standing,
            b: standing,
            "gone": "gone",
        }


def test_what_hung_together_by_one_article_falls_apart_without_it(tmp_path: Path) -> None:
    words = text(12, 100).split()
    # Each shares .75 of its shingles with the next, and less with the one after that.
    chain = {f"{n}": " ".join(words[n * 10 :] + text(50 + n, n * 10).split()) for n in range(4)}
    chain = {n: " ".join([*words[int(n) * 12 :], *text(60, 12 * int(n)).split()]) for n in chain}
    store = store_of(tmp_path / "store", *(article(n, t) for n, t in chain.items()))
    assert groups(store) == {frozenset("0123")}
    remove(store, "1")
    assert groups(store) == {frozenset("23")}
    store_of(store, article("1", chain["1"]))
    assert groups(store) == {frozenset("0123")}
    store_of(store, article("1", text(70)))
    assert groups(store) == {frozenset("23")}


def crowd() -> dict[str, str]:
    """Texts related in every way: copies, near-copies, holders, collections, strangers."""
    made = {}
    for n in range(3):
        story = text(20 + n, 150)
        made |= {
            f"story{n}": story,
            f"copy{n}": story.upper(),
            f"edit{n}": edited(story, 0.03),
            f"far{n}": edited(edited(story, 0.03), 0.05, 2),
            f"lead{n}": " ".join(story.split()[:60]),
            f"long{n}": f"{story} {text(30 + n, 100)}",
        }
    made["week"] = f"{made['story0']} {made['story1']}"
    made["brief"] = "No news today."
    made["brief too"] = "no news today"
    return made


CROWD = crowd()


@settings(max_examples=6, deadline=None)
@given(
    st.permutations(sorted(CROWD)),
    st.lists(st.sampled_from(sorted(CROWD)), max_size=8, unique=True),
)
def test_groups_depend_on_the_articles_alone(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], gone: list[str]
) -> None:
    def made(names: Iterable[str]) -> Path:
        folder = tmp_path_factory.mktemp("order")
        return store_of(folder / "store", *(article(name, CROWD[name]) for name in names))

    store = made(order)
    remove(store, *gone)
    fresh = made(sorted(set(CROWD) - set(gone)))
    assert groups(store) == groups(fresh)
    for group in groups(store):
        assert len({standing(store, name) for name in group}) == 1
        assert standing(store, min(group)) == standing(fresh, min(group))


def test_nothing_is_left_behind_when_every_article_has_gone(tmp_path: Path) -> None:
    store = store_of(tmp_path / "store", *(article(n, t) for n, t in CROWD.items()))
    remove(store, *CROWD)
    with Writer.open(store) as writer:
        for table in ("signature", "band", "likeness", "story"):
            count = writer.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert count == (0,), table


def test_articles_without_signatures_get_them_with_the_next_sync(tmp_path: Path) -> None:
    story = text(13)
    fields = {"url": "https://a.example/x", "title": "T"}
    store = store_of(
        tmp_path / "store",
        article("a", story, **fields),
        article("b", story),
        article("c", f"{story} {text(14, 30)}", published="2024", **fields),
    )
    before = groups(store)
    assert before
    with Writer.open(store) as writer:
        for table in ("signature", "band", "likeness", "story"):
            writer.connection.execute(f"DELETE FROM {table}")
        writer.connection.execute("UPDATE article SET address = NULL, newer = NULL")
    assert groups(store) == set()
    with Writer.open(store) as writer:
        writer.group()
    assert groups(store) == before
    with Catalogue.browse(store) as catalogue:
        assert catalogue.earlier(article("c", "").id) == [article("a", "").id]


def test_a_crowd_of_equal_articles_needs_the_keys_of_one(tmp_path: Path) -> None:
    story = text(15)
    store = store_of(tmp_path / "store", *(article(str(n), story) for n in range(40)))
    with Writer.open(store) as writer:
        (bearers,) = writer.connection.execute(
            "SELECT count(DISTINCT article) FROM band"
        ).fetchone()
    assert bearers == 1
    (group,) = groups(store)
    assert len(group) == 40


def test_minhash_estimates_the_jaccard_of_shingles() -> None:
    errors = []
    for seed in range(60):
        one = shingles(text(seed, 300)).distinct
        other = shingles(edited(text(seed, 300), 0.005 * (seed % 20), seed)).distinct
        common = shared(one, other)
        exact = common / (len(one) + len(other) - common)
        errors.append(float((minhash(one) == minhash(other)).mean()) - exact)
    # The standard error of 128 independent draws is at most .044.
    assert np.sqrt(np.mean(np.square(errors))) < 0.05
    assert abs(np.mean(errors)) < 0.02


def test_shingles_of_an_encoder_s_strangest_texts_are_made(tmp_path: Path) -> None:
    for strange in ("", " ", "\ud800", "a" * 100_000, "0 " * 1000, "ก" * 50, "١٢٣ " * 40):
        made = shingles(strange)
        assert len(made.digest) == 32 and len(minhash(made.distinct)) == 128
    assert HashEncoder().dim


def test_grouping_agrees_with_the_exact_comparison_on_pairs_of_the_sample(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert twins.main(["--texts", "14", "--bench", "", "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    pairs = int(measured["over"].split()[0])
    assert pairs >= 200
    assert min(measure["value"] for measure in measured["measures"]) >= 0.98
