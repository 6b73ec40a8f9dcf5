"""Copies in retrieval, and versions of one URL: which answers, and what is kept."""

import json
from pathlib import Path

import pytest
from conftest import store_of
from test_twins import article, remove, text

from corpus import Article
from index.__main__ import main
from index.catalogue import Catalogue
from index.hashing import HashEncoder
from index.versions import address
from qa import Assistant, render_sources
from qa.render import Exchange

PORT = (
    "The port of Lenton closed on Monday after a crane fell across the northern quay. "
    "Harbour master Ilse Brandt said 12 people were hurt, none of them badly. "
    "Ships will be sent to Marrow Bay until the quay has been cleared. "
    "The crane was built in 1987 and had passed its last inspection. "
    "Dockers had asked for a new one more than once."
)


def sources(store: Path, query: str, k: int = 10) -> list[str]:
    with Assistant.open(store, encoder=HashEncoder()) as assistant:
        return [hit.article.source.removesuffix(".txt") for hit in assistant.search(query, k)]


def test_a_crowd_of_copies_counts_once_and_leaves_room_for_others(tmp_path: Path) -> None:
    copies = [article(f"copy{n:03}", PORT, published="2024-03-11") for n in range(130)]
    others = [article(f"other{n}", f"The quay crane story {n}. {text(n, 40)}") for n in range(4)]
    wire = article("wire", PORT, published="2024-03-10")
    store = store_of(tmp_path / "store", *copies, wire, *others)
    assert sorted(sources(store, "crane quay", 5)) == [f"other{n}" for n in range(4)] + ["wire"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("12 people", "14 people"), ("Monday", "Tuesday"), ("12 people", "twelve people"),
     ("none of them", "some of them"), ("1987", "1978"), ("Brandt", "Grandt")],
)  # fmt: skip
def test_copies_that_differ_in_a_number_or_a_date_are_both_found(
    tmp_path: Path, one: str, other: str
) -> None:
    changed = PORT.replace(one, other)
    store = store_of(tmp_path / "store", article("a", PORT), article("b", changed))
    with Catalogue.browse(store) as catalogue:
        assert catalogue.also_in(article("a", "").id) == [article("b", "").id]
    assert sorted(sources(store, "people hurt at the port of Lenton")) == ["a", "b"]


def test_a_copy_is_found_where_the_first_one_is_out_of_scope(tmp_path: Path) -> None:
    a = article("a", PORT, outlet="Wire", published="2024-03-10")
    b = article("b", PORT, outlet="Courier", published="2024-03-12")
    c = article("c", PORT, outlet="Courier", published="2024-03-13")
    store = store_of(tmp_path / "store", a, b, c)
    with Assistant.open(store, encoder=HashEncoder()) as assistant:
        asked = "How many people were hurt at the port of Lenton?"
        found = {
            "all": assistant.ask(asked),
            "outlet": assistant.ask(asked, outlet="Courier"),
            "dates": assistant.ask(asked, start="2024-03-13"),
            "article": assistant.ask(asked, article=c.id),
        }
    cited = {name: {c.source[:-4] for c in reply.citations} for name, reply in found.items()}
    assert cited == {"all": {"a"}, "outlet": {"b"}, "dates": {"c"}, "article": {"c"}}
    assert list(found["all"].to_dict()["citations"][0]["also_in"]) == [
        {"article_id": b.id, "outlet": "Courier", "published": "2024-03-12"},
        {"article_id": c.id, "outlet": "Courier", "published": "2024-03-13"},
    ]
    card = render_sources.sources(0, Exchange(asked, found["all"]))
    assert "Also in Courier, 12 March 2024; Courier, 13 March 2024" in card


def test_a_copy_with_another_number_is_not_named_beside_the_quotation(tmp_path: Path) -> None:
    store = store_of(tmp_path / "store", article("a", PORT), article("b", PORT.replace("12", "14")))
    with Assistant.open(store, encoder=HashEncoder()) as assistant:
        reply = assistant.ask("How many people were hurt at the port of Lenton?")
    said = [citation for citation in reply.citations if "people" in citation.quote]
    assert said and all(citation.also_in == () for citation in said)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://www.Courier.example:80/a/?utm_id=x&id=2&fbclid=3#t", "courier.example/a?id=2"),
        ("https://courier.example/a?b=2&a=1", "courier.example/a?a=1&b=2"),
        ("https://courier.example:8443/A", "courier.example:8443/A"),
        ("https://courier.example", "courier.example"),
        ("file:///a", None), ("//courier.example/a", None), ("http://[", None), (None, None),
        ("http://a.example:99999/", None), ("mailto:a@b.example", None),
    ],
)  # fmt: skip
def test_address_keeps_what_tells_pages_apart(url: str | None, expected: str | None) -> None:
    assert address(url) == expected


URL = "https://courier.example/crane"


def version(name: str, words: str, **fields: str) -> Article:
    return article(name, words, **{"url": URL, "title": "Crane falls"} | fields)


def chain(store: Path) -> dict[str, list[str]]:
    with Catalogue.browse(store) as catalogue:
        names = {each.id: each.source[:-4] for each in catalogue.bylines(limit=-1)}
        return {name: [names[i] for i in catalogue.earlier(each)] for each, name in names.items()}


def test_the_newest_of_three_versions_answers_and_the_next_when_it_goes(tmp_path: Path) -> None:
    second = PORT.replace("12", "14") + " A second crane was stopped."
    third = second.replace("14", "17") + " The quay opens again in May."
    store = store_of(
        tmp_path / "store",
        version("third", third, modified="2024-03-12", url=f"{URL}?utm_medium=mail"),
        version("first", PORT, published="2024-03-10"),
        version("second", second, published="2024-03-10", modified="2024-03-11"),
    )
    for left in (["third", "second", "first"], ["second", "first"], ["first"]):
        assert set(sources(store, "people hurt at the port")) == {left[0]}
        assert chain(store) == {name: left[at + 1 :] for at, name in enumerate(left)}
        with Catalogue.browse(store) as catalogue:
            assert catalogue.also_in(version(left[0], "").id) == []
        with Assistant.open(store, encoder=HashEncoder()) as assistant:
            old = assistant.ask("How many people were hurt?", article=version(left[-1], "").id)
            assert {c.source for c in old.citations} == {f"{left[-1]}.txt"}
        remove(store, left[0])


def test_equal_texts_of_one_url_are_copies_and_a_home_page_s_url_makes_no_versions(
    tmp_path: Path,
) -> None:
    home = "https://courier.example/"
    store = store_of(
        tmp_path / "store",
        version("a", PORT),
        version("b", PORT.upper()),
        *(version(f"page{n}", text(n), url=home, title="The Courier") for n in range(3)),
        version("else", text(9), title="Beavers"),
    )
    assert all(not older for older in chain(store).values())
    with Catalogue.browse(store) as catalogue:
        assert catalogue.also_in(version("a", "").id) == [version("b", "").id]


def test_where_one_version_has_no_date_the_later_added_is_the_newer(tmp_path: Path) -> None:
    store = store_of(
        tmp_path / "store", version("a", PORT, published="2024"), version("b", text(1))
    )
    assert chain(store) == {"a": [], "b": ["a"]}
    # The same file, read again, is a change and no version.
    store_of(store, version("b", text(2)))
    assert chain(store) == {"a": [], "b": ["a"]}


def test_an_address_of_a_hundred_articles_is_that_of_none(tmp_path: Path) -> None:
    made = [version(f"{n:03}", text(n, 30)) for n in range(66)]
    store = store_of(tmp_path / "store", *made)
    assert not any(chain(store).values())
    remove(store, "000", "001")
    assert len(chain(store)["065"]) == 63


def test_show_names_copies_and_tells_how_a_version_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = PORT.replace("12 people", "14 people") + " A second crane was stopped."
    store = store_of(
        tmp_path / "store",
        version("old", PORT, published="2024-03-10"),
        version("new", later, published="2024-03-11"),
        article("copy", later, outlet="Lenton\nTimes", published="2024-03-12"),
    )
    old, new, copy = (article(name, "").id for name in ("old", "new", "copy"))

    def shown(identity: str, *more: str) -> str:
        assert main(["show", identity, "--store", str(store), *more]) == 0
        return capsys.readouterr().out

    told = json.loads(shown(new, "--json"))
    assert (told["also_in"], told["earlier"]) == ([copy], [old])
    words = shown(new).splitlines()
    assert f"also in Lenton\\nTimes, 2024-03-12 ({copy})" in words
    assert [line for line in words if line.startswith(("- ", "+ "))] == [
        "- Harbour master Ilse Brandt said 12 people were hurt, none of them badly.",
        "+ Harbour master Ilse Brandt said 14 people were hurt, none of them badly.",
        "+ A second crane was stopped.",
    ]
    assert f"--- {old}, published 2024-03-10" in words
    assert f"This is an earlier version: the newest is {URL}" not in words
    before = shown(old)
    assert "This is an earlier version: the newest is new.txt, 2024-03-11" in before
    main(["list", "--json", "--store", str(store)])
    listed = {each["article_id"]: each for each in json.loads(capsys.readouterr().out)}
    assert listed[new]["earlier"] == [old] and listed[copy]["also_in"] == [new]
