"""Lines that say who wrote a text and when; and those that only look like it."""

import pytest

from corpus.credits import dateline, from_text, masthead
from corpus.draft import Draft, Metadata
from corpus.plain import draft_of_text

PROSE = "The board voted by five to four to close the dock, which had been in use since 1898."


def said(line: str, language: str = "") -> dict[str, str] | None:
    metadata = Metadata()
    metadata.offer("language", language, "test")
    found = masthead(line, metadata)
    return None if found is None else {field: value for field, value, _ in found}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Mara Lindqvist, 3 March 2024", {"author": "Mara Lindqvist",
                                             "published": "2024-03-03"}),
        ("Mara Lindqvist · 3 March 2024 · 5 min read", {"author": "Mara Lindqvist",
                                                        "published": "2024-03-03"}),
        ("Posted on March 3, 2024 by Mara Lindqvist", {"author": "Mara Lindqvist",
                                                       "published": "2024-03-03"}),
        ("Published on March 3, 2024 at 10:15 AM | Last updated: March 5, 2024",
         {"published": "2024-03-03", "modified": "2024-03-05"}),
        ("Par Élodie Morin - Publié le 3 mars 2024", {"author": "Élodie Morin",
                                                      "published": "2024-03-03"}),
        ("di Carla Neri - 5 marzo 2024", {"author": "Carla Neri", "published": "2024-03-05"}),
        ("Veröffentlicht am 3. März 2024", {"published": "2024-03-03"}),
        ("Publicado el 3 de marzo de 2024", {"published": "2024-03-03"}),
        ("The Lenton Courier, 3 March 2024", {"outlet": "The Lenton Courier",
                                              "published": "2024-03-03"}),
        ("Source: The Lenton Courier", {"outlet": "The Lenton Courier"}),
        ("URL: https://lenton.example/a", {"url": "https://lenton.example/a"}),
        ("Published at 10.30am on Tuesday 4 March 2025", {"published": "2025-03-04"}),
        ("Updated 9:42 a.m. ET, Thu April 17, 2025", {"modified": "2025-04-17"}),
    
        ("Автор: Игорь Лебедев", {"author": "Игорь Лебедев"}),
        ("5 марта 2023 г., 10:30", {"published": "2023-03-05"}),
        ("2024年03月05日 08:12 来源：海港日报 作者：李文",
         {"published": "2024-03-05", "outlet": "海港日报", "author": "李文"}),
        ("First published in The Lenton Argus on 8 May 2022",
         {"outlet": "The Lenton Argus", "published": "2022-05-08"}),
        ("By Elin Marsh, The Coast", {"author": "Elin Marsh", "outlet": "The Coast"}),
        ("12 listopada 2024", None),  # November in Polish, October in Croatian
    ],
)  # fmt: skip
def test_lines_that_give_a_byline(line: str, expected: dict[str, str]) -> None:
    assert said(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "© 2019 The Lenton Courier", "Copyright 3 March 2024 The Lenton Courier",
        "Council meeting | 3 March 2024", "Doors open 3 March 2024", "Conference: 3 March 2024",
        "The talks, held on 3 March 2024", "Published 2024", "Published in March 2024",
        "Published 03/04/2024", "By AGENCY STAFF", "By the river", "Updated", "Source: " + PROSE,
    ],
)  # fmt: skip
def test_lines_that_only_look_like_one(line: str) -> None:
    assert said(line) is None


def test_an_ambiguous_day_is_read_where_the_language_tells() -> None:
    assert said("Stand: 03/04/2024", "de") == {"published": "2024-04-03"}
    assert said("Published 03/04/2024", "en-GB") == {"published": "2024-04-03"}
    assert said("Published 03/04/2024", "en-US") is None


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("PORT LENTON, March 3, 2024 (Agency) — The ferry", "2024-03-03"),
        ("Port Lenton (dpa), 3. März 2024 – Die Fähre", "2024-03-03"),
        ("Paris, le 3 mars 2024 – Le port", "2024-03-03"),
        ("LENTON, Germany, March 3, 2024 /Newswire/ -- The", "2024-03-03"),
        ("MADRID, 3 de marzo de 2024 (Agencia).- El puerto", "2024-03-03"),
        ("Port Lenton, March 3 — The ferry", None),
        ("Port Lenton, 03/04/2024 — The ferry", None),
        ("On March 3, 2024 – a day to remember – the ferry", None),
        ("Updated, March 3, 2024 – The ferry", None),
        ("Sunday, March 3, 2024 – The ferry", None),
        ("The bridge was opened in Lenton, March 3, 2024 - and", None),
        ("Town Hall, 3 March 2024", None),
    ],
)
def test_datelines(line: str, day: str | None) -> None:
    assert dateline(line, Metadata()) == day


def test_a_dateline_has_its_provenance_and_goes_last() -> None:
    draft = Draft(f"PORT LENTON, March 3, 2024 — {PROSE}")
    from_text(draft)
    assert draft.metadata.provenance == {"published": "dateline in the text"}
    draft.metadata.values["published"] = "2024-03-04"
    from_text(draft)
    assert draft.metadata.get("published") == "2024-03-04"


@pytest.mark.parametrize(
    ("end", "published"),
    [
        ("Published 3 March 2024", "2024-03-03"),
        ("Read more:\nFares rise\nPublished 3 March 2024", None),
        ("Published 3 March 2024\nPublished 4 March 2024", None),
        ("3 March 2024", None),
        ("© 3 March 2024 Tidewire", None),
    ],
)
def test_last_lines_count_when_they_are_labelled_and_alone(end: str, published: str | None) -> None:
    draft = Draft("\n\n".join([f"{PROSE} {PROSE}"] * 4 + [end]))
    from_text(draft)
    assert draft.metadata.get("published") == published


def test_a_text_with_a_header_of_fields() -> None:
    draft = draft_of_text(
        f"Title: The dock\nAuthor: Mara Lindqvist; Jan Roe\nDate: 2024-03\n\n{PROSE}"
    )
    assert draft.metadata.values == {
        "title": "The dock", "author": "Mara Lindqvist, Jan Roe", "published": "2024-03",
    }  # fmt: skip
    assert draft.text == PROSE


def test_lines_with_colons_are_no_header() -> None:
    text = f"Mara: Where were you?\nJan: At the dock.\n\n{PROSE}"
    assert draft_of_text(text).metadata.get("author") is None
