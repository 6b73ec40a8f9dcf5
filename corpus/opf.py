"""What the package of an EPUB states: title, creators, publisher, dates, language, address."""

from corpus.dates import iso_date
from corpus.draft import Metadata, web_url
from corpus.markup import Element
from corpus.properties import author_of, is_program, title_of
from corpus.xmltree import local_name, namespace, words_in

_DC = "http://purl.org/dc/elements/1."
_AUTHORS = {"", "aut", "author"}
_ORIGIN = "EPUB OPF"


def offer_package(package: Element, metadata: Metadata) -> None:
    """Offer what the metadata of `package` state.

    A date counts as that of publication where it says so or says nothing, unless it is the moment
    at which the file was made: converters put that there when they know no other.
    """
    stated = list(package.iter("{*}metadata", "metadata"))
    elements = [each for parent in stated[:1] for each in parent.iter() if each is not parent]
    refined = _refinements(elements)
    core: dict[str, list[Element]] = {}
    for element in elements:
        if namespace(element).startswith(_DC):
            core.setdefault(local_name(element).lower(), []).append(element)

    metadata.offer("language", _first(core, "language"), _ORIGIN)
    titles = core.get("title", [])
    main = [each for each in titles if refined.get((each.get("id"), "title-type")) == "main"]
    for element in (*main, *titles):
        metadata.offer("title", title_of(words_in(element)), _ORIGIN)
    creators = [author_of(words_in(each)) for each in core.get("creator", ())
                if _role(each, refined) in _AUTHORS]  # fmt: skip
    people = dict.fromkeys(creator for creator in creators if creator)
    metadata.offer("author", ", ".join(people), _ORIGIN)
    publisher = _first(core, "publisher") or ""
    metadata.offer("outlet", None if is_program(publisher) else publisher, _ORIGIN)
    made = _made(elements)
    for element in core.get("date", ()):
        _offer_date(element, made, metadata)
    for element in elements:
        if element.get("property") == "dcterms:issued":
            metadata.offer("published", words_in(element), _ORIGIN)
        if element.get("property") == "dcterms:modified":
            metadata.offer("modified", words_in(element), _ORIGIN)
    for element in (*core.get("source", ()), *core.get("identifier", ())):
        metadata.offer("url", web_url(words_in(element)), _ORIGIN)


def _offer_date(element: Element, made: set[str], metadata: Metadata) -> None:
    event = (_attribute(element, "event") or "").lower()
    written = words_in(element)
    day = iso_date(written)
    if event in ("publication", "original-publication"):
        metadata.offer("published", written, _ORIGIN)
    elif event == "modification":
        metadata.offer("modified", written, _ORIGIN)
    elif not event and day and not ("T" in day and day[:10] in made):
        metadata.offer("published", written, _ORIGIN)


def _made(elements: list[Element]) -> set[str]:
    """The days on which a program made or changed the file."""
    days = set()
    for element in elements:
        if element.get("property") == "dcterms:modified":
            days.add(words_in(element)[:10])
        elif element.get("name") == "calibre:timestamp":
            days.add((element.get("content") or "")[:10])
    return days


def _refinements(elements: list[Element]) -> dict[tuple[str | None, str], str]:
    """What `<meta refines="#id" property="…">` adds: (id, property) -> value."""
    return {
        (element.get("refines").removeprefix("#"), element.get("property") or ""): words_in(element)
        for element in elements
        if element.get("refines")
    }


def _role(creator: Element, refined: dict[tuple[str | None, str], str]) -> str:
    role = _attribute(creator, "role") or refined.get((creator.get("id"), "role")) or ""
    return role.lower()


def _attribute(element: Element, name: str) -> str | None:
    """An attribute by its name, in whichever namespace."""
    found = (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name)
    return next(found, None)


def _first(core: dict[str, list[Element]], name: str) -> str | None:
    return next((words for each in core.get(name, ()) if (words := words_in(each))), None)
