"""Library: what is found is in the truth, and what is in the truth is found."""

import random
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus import Article
from corpus.errors import EncoderMismatch, LibraryError, LibraryMissing
from index import library as library_module
from index.catalogue import Catalogue
from index.hashing import HashEncoder
from index.library import Library
from index.passages import Passage, Scope, context, split
from index.words import words
from index.writer import File, Writer

ENCODER = HashEncoder()
ROOT = "/articles"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "storage").mkdir()
    with Writer.open(tmp_path / "storage", new=True) as writer:
        writer.claim(ENCODER)
    return tmp_path / "storage"


def put(store: Path, *articles: Article) -> None:
    with Writer.open(store) as writer:
        for article in articles:
            passages = split(article, ENCODER)
            vectors = ENCODER.encode_passages([context(article, p) for p in passages])
            file = File(article.root, article.source, 1, 1, "x")
            writer.put(article, file, passages, vectors, whole=True)


def remove(store: Path, *articles: Article) -> None:
    with Writer.open(store) as writer:
        for article in articles:
            writer.remove_file((article.root, article.source))


def article(name: str, text: str, **metadata: str) -> Article:
    return Article(ROOT, f"{name}.txt", metadata.pop("title", name.title()), text, **metadata)


def opened(store: Path) -> Library:
    return Library.open(store, ENCODER, vectors=False)


def sources(library: Library, found: list[tuple[int, float]]) -> list[str]:
    ids = [passage.article_id for passage in library.passages([n for n, _ in found])]
    known = library.articles(ids)
    return [known[i].source.removesuffix(".txt") for i in ids]


def all_passages(library: Library) -> list[Passage]:
    return library.passages(range(1, 100_000))


WORDS = (
    "ferry bridge beaver council Zürich 北京大学 otter's Élysée 12,000 crew-member café 🙂".split()
)


def random_article(name: int, rng: random.Random) -> Article:
    sentences = [
        " ".join(rng.choices(WORDS, k=rng.randint(3, 40))).capitalize() + "."
        for _ in range(rng.randint(1, 12))
    ]
    title = " ".join(rng.choices(WORDS, k=4))
    return article(str(name), " ".join(sentences), title=title, author=rng.choice(WORDS))


def test_after_any_puts_and_removals_every_count_is_what_the_texts_say(store: Path) -> None:
    rng = random.Random(1)
    alive: dict[str, Article] = {}
    for _ in range(60):
        some = random_article(rng.randrange(12), rng)
        if rng.random() < 0.3:
            remove(store, some)
            alive.pop(some.source, None)
        else:
            put(store, some)
            alive[some.source] = some
    with opened(store) as library:
        passages = all_passages(library)
        assert library.passage_count == len(passages)
        assert library.article_count == len(alive) == len(library.bylines())
        texts = {a.id: a.text for a in alive.values()}
        for passage in passages:
            assert texts[passage.article_id][passage.start : passage.end] == passage.text
            assert all(passage.start <= a < b <= passage.end for a, b in passage.sentences)
        # Everything there is, and in the order in which it came.
        for source in alive.values():
            of_this = [p for p in passages if p.article_id == source.id]
            expected = split(source, ENCODER)
            assert [(p.start, p.end, p.sentences) for p in of_this] == [
                (p.start, p.end, p.sentences) for p in expected
            ]
        counted = Counter(word for p in passages for word in set(words(p.text)))
        asked = sorted({*counted, "nowhere"})
        assert library.frequencies(asked) == {word: counted[word] for word in asked}
        for word in counted:
            found = {n for n, _ in library.search_words([word], 10_000)}
            assert {p.number for p in passages if word in words(p.text)} <= found
    with closing(sqlite3.connect(store / "library.db")) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM frequency").fetchone()
        names = Counter(words(" ".join(a.title + " " + (a.author or "") for a in alive.values())))
        assert stored == len({*counted, *names})


def test_the_word_index_agrees_with_the_texts_after_removals(store: Path) -> None:
    rng = random.Random(2)
    some = [random_article(i, rng) for i in range(10)]
    put(store, *some)
    remove(store, *some[:5])
    put(store, random_article(7, rng))
    with Writer.open(store) as writer:
        # FTS5 folds every text again and compares; it raises where they differ.
        writer.connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")


def test_vectors_are_searched_exactly(store: Path) -> None:
    rng = random.Random(3)
    some = [random_article(i, rng) for i in range(30)]
    put(store, *some)
    with opened(store) as library:
        question = ENCODER.encode_question("ferry council Zürich")
        passages = all_passages(library)
        texts = {a.id: a for a in some}
        vectors = ENCODER.encode_passages([context(texts[p.article_id], p) for p in passages])
        cosines = vectors @ question
        order = sorted(range(len(passages)), key=lambda i: (-cosines[i], i))[:10]
        found = library.search_vectors(question, 10)
        assert [n for n, _ in found] == [passages[i].number for i in order]
        assert [s for _, s in found] == pytest.approx([cosines[i] for i in order], abs=1e-6)


def test_words_in_title_author_and_outlet_are_found_and_text_counts_most(store: Path) -> None:
    filler = [article(f"filler{i}", f"Nothing of note, number {i}.") for i in range(20)]
    put(
        store,
        *filler,
        article("text", "The otter came back."),
        article("title", "It came back.", title="Otter"),
        article("author", "It came again.", author="Ada Otter"),
        article("outlet", "It came once more.", outlet="The Otter Gazette"),
    )
    with opened(store) as library:
        found = sources(library, library.search_words(words("otters"), 10))
        assert found[0] == "text" and set(found) == {"text", "title", "author", "outlet"}
        assert library.frequencies(["otter"]) == {"otter": 1}


@pytest.mark.parametrize(
    "word",
    ['"', '""', "*", "NEAR(a b)", "a OR b", "text:x", "'; DROP TABLE article; --", "-", "", "🙂",
     "a" * 100_000, "\x00", "(", "^", "{title}: x"],
)  # fmt: skip
def test_no_word_is_syntax(store: Path, word: str) -> None:
    put(store, article("one", "The ferry sails."))
    with opened(store) as library:
        assert library.search_words([word], 5) == []
        assert sources(library, library.search_words([word, "ferri"], 5)) == ["one"]
        assert library.frequencies([word]) == {word: 0}


def test_chinese_and_japanese_words_are_found_inside_a_run(store: Path) -> None:
    put(
        store,
        article("beijing", "昨天北京大学宣布了新的计划。"),
        article("tokyo", "東京で新しい橋が開通した。"),
    )
    with opened(store) as library:
        assert sources(library, library.search_words(words("北京大学"), 1)) == ["beijing"]
        assert sources(library, library.search_words(words("橋"), 1)) == ["tokyo"]


def test_common_words_are_left_out_when_the_rare_ones_suffice(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, *(article(str(i), f"The ferry sails at {i}.") for i in range(20)))
    put(store, article("rare", "The otter sails."))
    with opened(store) as library:
        assert len(library.search_words(words("ferry otter"), 50)) == 21
        monkeypatch.setattr(library_module, "POSTINGS", 20)
        assert sources(library, library.search_words(words("ferry otter"), 50)) == ["rare"]
        # At least one word is searched, however common it is.
        monkeypatch.setattr(library_module, "POSTINGS", 2)
        assert len(library.search_words(words("ferry"), 50)) == 20


def test_a_search_that_takes_too_long_is_cut_down(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, *(article(str(i), " ".join(WORDS) + f" {i}.") for i in range(300)))
    monkeypatch.setattr(library_module, "SECONDS", -1.0)
    with opened(store) as library:
        assert library.search_words(words(" ".join(WORDS)), 5) == []
        monkeypatch.setattr(library_module, "SECONDS", 5.0)
        assert len(library.search_words(words(" ".join(WORDS)), 5)) == 5


def test_a_question_of_thousands_of_words_is_answered(store: Path) -> None:
    put(store, *(article(str(i), f"Word{i} is here.") for i in range(50)))
    with opened(store) as library:
        many = words(" ".join(f"word{i}" for i in range(5_000)))
        assert len(library.search_words(many, 100)) == 50


DATED = {
    "year": "2024",
    "month": "2024-03",
    "day": "2024-03-10",
    "time": "2024-03-10T23:30:00-08:00",
    "after": "2024-04-01",
}


@pytest.mark.parametrize(
    "scope, expected",
    [
        (Scope(start="2024-03-10"), {"year", "month", "day", "time", "after"}),
        (Scope(start="2024-03-11"), {"year", "month", "after"}),
        (Scope(end="2024-03-10"), {"year", "month", "day", "time"}),
        (Scope(end="2024-03-09"), {"year", "month"}),
        (Scope(end="2024-03"), {"year", "month", "day", "time"}),
        (Scope(start="2024-04", end="2024-04"), {"year", "after"}),
        (Scope(end="2023"), set()),
        (Scope(start="2025-01-01"), set()),
        (Scope(outlet="zuricher"), {"day"}),
        (Scope(author="FINCH"), {"month", "time"}),
        (Scope(author="finch", end="2024-03-09"), {"month"}),
    ],
)
def test_a_scope_bounds_every_search(store: Path, scope: Scope, expected: set[str]) -> None:
    put(
        store,
        article("undated", "The ferry sails."),
        *(
            article(
                name,
                "The ferry sails.",
                published=date,
                author="Ann Finch, Bo Lund" if name in ("month", "time") else "Cy Roe",
                outlet="Zürichër Bote" if name == "day" else "Tidewire",
            )
            for name, date in DATED.items()
        ),
    )
    with opened(store) as library:
        vector = ENCODER.encode_question("ferry")
        if not (scope.start or scope.end):
            expected = expected - {"undated"}
        for narrow in (5_000, -1):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(library_module, "NARROW", narrow)
                assert set(sources(library, library.search_vectors(vector, 10, scope))) == expected
        assert set(sources(library, library.search_words(["ferri"], 10, scope))) == expected
        assert {a.source.removesuffix(".txt") for a in library.bylines(scope)} == expected


def test_a_scope_of_one_article(store: Path) -> None:
    one, other = article("one", "The ferry sails."), article("other", "The ferry sails.")
    put(store, one, other)
    with opened(store) as library:
        scope = Scope(article=other.id)
        assert sources(library, library.search_words(["ferri"], 9, scope)) == ["other"]
        vector = ENCODER.encode_question("ferry")
        assert sources(library, library.search_vectors(vector, 9, scope)) == ["other"]
        assert library.search_vectors(vector, 9, Scope(article="0" * 16)) == []


def test_bylines_are_in_order_of_date_with_the_undated_last(store: Path) -> None:
    put(store, article("x", "Text."), *(article(n, "Text.", published=d) for n, d in DATED.items()))
    with opened(store) as library:
        newest = [a.source for a in library.bylines()]
        oldest = [a.source for a in library.bylines(newest_first=False)]
        assert newest[0] == "after.txt" and newest[-1] == oldest[-1] == "x.txt"
        assert oldest[0] == "year.txt"
        assert all(a.text == "" for a in library.bylines())
        assert len(library.bylines(limit=2)) == 2


def test_an_article_comes_back_as_it_went_in(store: Path) -> None:
    whole = Article(
        ROOT, "a\\x0ab.txt", "Títle", "Text 🙂 of it.\n\nMore.", "Ann, Bo", "Out", "2024-03",
        "2024-04", "https://x.org/a", "en", "Opinion", (0, 14),
            {"title": "meta tag", "author": "JSON-LD"},
    )  # fmt: skip
    put(store, whole)
    with opened(store) as library:
        assert library.article(whole.id) == whole
        assert library.articles([whole.id, "gone"]) == {whole.id: whole}
        assert library.names("author") == ["Ann, Bo"] and library.names("outlet") == ["Out"]
        with pytest.raises(LibraryError, match="'feed'"):
            library.article("feed")


def test_an_id_may_be_given_by_its_beginning(store: Path) -> None:
    some = [article(str(i), "Text.") for i in range(40)]
    put(store, *some)
    with Catalogue.browse(store) as catalogue:
        assert catalogue.resolve(some[0].id[:12].upper()) == some[0].id
        with pytest.raises(LibraryError, match="several"):
            catalogue.resolve("")
        with pytest.raises(LibraryError, match="'zz'"):
            catalogue.resolve("zz")


def test_a_reader_sees_what_another_connection_commits_at_its_next_question(store: Path) -> None:
    put(store, article("one", "The ferry sails."))
    with opened(store) as library:
        vector = ENCODER.encode_question("otter")
        assert len(library.search_vectors(vector, 9, Scope())) == 1
        assert library.passage_count == 1 and not library.refresh()
        two = article("two", "The otter swims.", published="2024")
        put(store, two)
        assert library.refresh() and not library.refresh()
        assert sources(library, library.search_vectors(vector, 9)) == ["two", "one"]
        assert library.passage_count == library.article_count == 2
        assert sources(library, library.search_vectors(vector, 9, Scope(end="2024"))) == ["two"]
        remove(store, two)
        assert library.refresh()
        assert sources(library, library.search_vectors(vector, 9)) == ["one"]
        assert library.search_vectors(vector, 9, Scope(end="2024")) == []


def test_a_passage_that_has_gone_is_left_out(store: Path) -> None:
    one, two = article("one", "The ferry sails."), article("two", "The otter swims.")
    put(store, one, two)
    with opened(store) as library:
        numbers = [p.number for p in all_passages(library)]
        remove(store, one)
        assert [p.text for p in library.passages(numbers[::-1])] == ["The otter swims."]


def test_a_reader_goes_on_while_a_writer_is_in_the_middle(store: Path) -> None:
    put(store, article("one", "The ferry sails."))
    with Writer.open(store) as writer:
        writer.connection.execute("BEGIN IMMEDIATE")
        writer.connection.execute("DELETE FROM article")
        with opened(store) as library:
            assert library.article_count == 1
        writer.connection.execute("ROLLBACK")


def test_several_threads_may_ask_one_library_while_it_changes(store: Path) -> None:
    rng = random.Random(4)
    put(store, *(random_article(i, rng) for i in range(20)))
    errors: list[BaseException] = []
    vector = ENCODER.encode_question("ferry council")

    def ask(library: Library) -> None:
        try:
            for _ in range(30):
                library.refresh()
                found = library.search_vectors(vector, 5) + library.search_words(["ferri"], 5)
                assert all(p.text for p in library.passages([n for n, _ in found]))
        except BaseException as error:
            errors.append(error)

    with opened(store) as library:
        threads = [threading.Thread(target=ask, args=(library,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for i in range(20):
            put(store, random_article(i, rng))
        for thread in threads:
            thread.join()
    assert errors == []


def test_open_refuses_another_encoder_and_names_both(store: Path) -> None:
    class Other(HashEncoder):
        fingerprint = "other-1"

    with pytest.raises(EncoderMismatch, match=r"hash-1, not other-1"):
        Library.open(store, Other())


def test_opening_what_is_not_there_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="nowhere"):
        Library.open(tmp_path / "nowhere", ENCODER)
    (tmp_path / "empty").mkdir()
    with pytest.raises(LibraryMissing, match="yet"):
        Library.open(tmp_path / "empty", ENCODER)
    assert list(tmp_path.iterdir()) == [tmp_path / "empty"]
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_vector_of_another_length_is_damage_and_said(store: Path) -> None:
    put(store, article("one", "The ferry sails."))
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.execute("UPDATE vector SET vector = x'0000'")
        connection.commit()
    with opened(store) as library, pytest.raises(LibraryError, match="damaged"):
        library.search_vectors(np.zeros(128, np.float32), 5)


def test_a_name_in_an_error_is_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a\nb").mkdir()
    (tmp_path / "a\nb" / "my\nthesis.doc").touch()
    with pytest.raises(
        LibraryError, match=r"a\\nb is not .* things \(my\\nthesis\.doc\)"
    ) as caught:
        Library.open(tmp_path / "a\nb", HashEncoder())
    assert "\n" not in str(caught.value)
