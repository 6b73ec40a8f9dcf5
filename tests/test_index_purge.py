"""Removed means gone: nothing of it is in any byte of any file of the store."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import store_of

from corpus import Article
from corpus.article import article_id
from index import generations
from index.__main__ import main
from index.catalogue import Catalogue
from index.generations import build, current_name, fit_manifest
from index.hashing import HashEncoder
from index.library import Library
from index.schema import open_reading
from index.sync import sync
from index.wipe import is_due
from index.writer import Writer

ENCODER = HashEncoder()
PLAIN = [f"word{i}" for i in range(400)]


def article(i: int, rare: str) -> Article:
    """Some forty sentences of which each third has the rare word; its title has it, too."""
    rng = random.Random(i)
    lines = [" ".join(rng.choices(PLAIN, k=9)).capitalize() for _ in range(40)]
    text = ". ".join(f"{line} {rare}{i}text" if at % 3 else line for at, line in enumerate(lines))
    title, author = f"On {rare}{i}title", f"Ann {rare}{i}author"
    return Article("/r", f"{i}.txt", title, text, author, outlet=f"{rare}{i}outlet")


def found(store: Path, *needles: bytes) -> list[tuple[str, bytes]]:
    """Which files of the store hold which needle."""
    files = [path for path in store.rglob("*") if path.is_file()]
    assert (store / "library.db") in files
    read = [(path.name, path.read_bytes()) for path in files]
    return [(name, needle) for name, content in read for needle in needles if needle in content]


def vectors_of(store: Path, identity: str) -> list[bytes]:
    """Enough of each stored vector's bytes to know it again."""
    connection = open_reading(store)
    rows = connection.execute(
        "SELECT vector FROM vector JOIN passage ON vector.passage = passage.number "
        "JOIN article ON article.number = passage.article WHERE id = ?",
        (identity,),
    ).fetchall()
    connection.close()
    assert rows
    return [blob[at : at + 32] for (blob,) in rows for at in (0, len(blob) // 2)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty articles in a library with a generation."""
    store = store_of(
        tmp_path_factory.mktemp("made") / "storage", *(article(i, "kept") for i in range(40))
    )
    with Writer.open(store) as writer:
        build(store, writer.connection)
        writer.settle()
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to remove from."""
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    return Path(shutil.copytree(made, tmp_path / "storage"))


def add(store: Path, *articles: Article) -> list[bytes]:
    """Put articles in and into the next generation; the bytes that tell of them."""
    store_of(store, *articles)
    with Writer.open(store) as writer:
        build(store, writer.connection)
    needles = [vector for each in articles for vector in vectors_of(store, each.id)]
    for each in articles:
        words = (each.title, each.title[3:], each.author[4:], each.outlet)  # type: ignore[index]
        needles += [str(word).encode() for word in words]
        needles += [each.title[3:-5].encode() + b"text", each.text[:200].encode()]
    assert {needle for _, needle in found(store, *needles)} == set(needles)
    return needles


def test_remove_now_leaves_nothing_in_any_file(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = article(99, "secret")
    needles = add(store, secret)
    title = "Secretly corrected"
    assert main(["edit", secret.id, "--title", title, "--store", str(store)]) == 0
    assert main(["remove", secret.id, "--now", "--store", str(store)]) == 0
    assert "nothing of it is left" in capsys.readouterr().out
    assert found(store, *needles, title.encode(), b"secret99", b"Secretly") == []
    with Library.open(store, ENCODER) as library:
        assert library.article_count == 40 and library.search_words(["secret99text"], 5) == []
        assert library._fit_generation() is not None
        assert library.frequencies(["secret99text", "kept3text"])["secret99text"] == 0
        assert library.search_words(["kept3text"], 5)


def test_what_was_removed_before_goes_with_remove_now_alone(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needles = add(store, article(99, "secret"), article(98, "secret"))
    for number in (99, 3):
        name = f"Corrector{number} Gale"
        given = ["edit", article(number, "secret").id, "--author", name, "--store", str(store)]
        assert main(given) == 0
        needles.append(name.encode())
    kept = needles.pop()
    capsys.readouterr()
    with Writer.open(store) as writer:
        writer.remove_file(("/r", "99.txt"))
    store_of(store, Article("/r", "98.txt", "Another", "Another text altogether is here now."))
    assert found(store, *needles)
    assert main(["remove", "--now", "--json", "--store", str(store)]) == 0
    assert json.loads(capsys.readouterr().out) == {"removed": None, "wiped": True}
    assert found(store, *needles) == [] and found(store, kept)
    with Catalogue.browse(store) as catalogue:
        assert catalogue.status()["articles"] == 41


def test_remove_now_wipes_one_that_is_out_already(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = article(99, "secret")
    needles = add(store, secret)
    assert main(["edit", secret.id, "--title", "Secretly put", "--store", str(store)]) == 0
    assert main(["remove", secret.id, "--store", str(store)]) == 0
    assert found(store, *needles, b"Secretly put")
    assert main(["remove", secret.id, "--store", str(store)]) == 1
    for _ in range(2):
        capsys.readouterr()
        assert main(["remove", secret.id[:10], "--now", "--json", "--store", str(store)]) == 0
        assert json.loads(capsys.readouterr().out) == {"removed": secret.id, "wiped": True}
        assert found(store, *needles, b"Secretly put") == []
    assert main(["remove", "0" * 16, "--now", "--store", str(store)]) == 1
    assert "no article" in capsys.readouterr().err


def test_the_next_generation_holds_nothing_of_what_a_sync_removed(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = tmp_path / "news"
    news.mkdir()
    secret = article(7, "secret")
    (news / "a.txt").write_text(f"{secret.title}\n\n{secret.text}", encoding="utf-8")
    (news / "b.txt").write_text("Ferries sailed\n\nSecretbefore ferries sailed on.", "utf-8")
    for i in range(3):
        (news / f"c{i}.txt").write_text(f"Title {i}\n\nNothing of it {i}.", encoding="utf-8")
    sync(store, [news], ENCODER)
    with Writer.open(store) as writer:
        build(store, writer.connection)
    needles = [b"secret7text", b"secret7title", b"Secretbefore", b"secretbefore"]
    assert {needle for _, needle in found(store, *needles)} >= set(needles[:3])
    needles += vectors_of(store, article_id(str(news), "a.txt"))
    (news / "a.txt").unlink()
    (news / "b.txt").write_text("Ferries sailed\n\nFerries did not sail after all.", "utf-8")
    sync(store, [news], ENCODER)
    assert found(store, *needles)  # the generation still has its vectors
    monkeypatch.setattr(generations, "YOUNG", 0)
    monkeypatch.setattr(generations, "SHARE", 0)
    sync(store, [news], ENCODER)
    assert found(store, *needles) == []
    assert len(list((store / "vectors").glob("gen-*"))) == 1


def test_a_library_that_has_become_empty_keeps_no_vectors(tmp_path: Path) -> None:
    secret = article(7, "secret")
    store = store_of(tmp_path / "storage", secret)
    with Writer.open(store) as writer:
        build(store, writer.connection)
        writer.remove_file(("/r", "7.txt"))
        writer.settle()
        assert not is_due(writer.connection)
    assert found(store, b"secret7") == [] and not (store / "vectors").exists()


def test_a_reader_that_keeps_the_log_is_named_and_a_later_call_completes_it(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = article(99, "secret")
    needles = add(store, secret)
    reader = open_reading(store)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM article").fetchone()
    monkeypatch.setattr("index.wipe.WAIT_SECONDS", 0.2)
    assert main(["remove", secret.id, "--now", "--store", str(store)]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "remove --now` again" in err
    assert reader.execute("SELECT count(*) FROM article").fetchone() == (41,)
    reader.close()
    with Catalogue.browse(store) as catalogue:
        assert catalogue.status()["articles"] == 40  # gone from every answer all the same
    assert main(["remove", "--now", "--store", str(store)]) == 0
    assert found(store, *needles) == []


def test_where_no_generation_can_be_built_the_old_one_goes(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = article(99, "secret")
    needles = add(store, secret)
    monkeypatch.setattr(generations, "probe", lambda *_: False)
    assert main(["remove", secret.id, "--now", "--store", str(store)]) == 0
    assert found(store, *needles) == [] and current_name(store) is None
    with Library.open(store, ENCODER) as library:
        vector = np.ones(ENCODER.dim, np.float32) / np.float32(ENCODER.dim**0.5)
        assert len(library.search_vectors(vector, 5)) == 5


def test_remove_now_of_what_no_generation_holds_builds_none(store: Path) -> None:
    young = article(99, "secret")
    store_of(store, young)
    name = current_name(store)
    assert main(["remove", young.id, "--now", "--store", str(store)]) == 0
    assert current_name(store) == name and found(store, b"secret99") == []
    connection = open_reading(store)
    assert fit_manifest(store, connection) is not None
    connection.close()
