"""XML of strangers -> a tree, with nothing fetched and no entity expanded.

lxml rather than defusedxml: it is here already, it reads past small damage, and with entities off
and its limits on it neither opens a file nor grows a text. `tests/test_corpus_epub.py` tries both.
"""

from corpus.errors import ArticleError
from corpus.markup import Element


def parse_xml(content: bytes) -> Element:
    """The root of an XML document; raises ArticleError when there is none."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser=parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise ArticleError("holds XML that cannot be read; save it again") from error
    if root is None:
        raise ArticleError("holds XML that cannot be read; save it again")
    return root


def local_name(element: Element) -> str:
    """The name of `element` without its namespace; empty for an entity and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def namespace(element: Element) -> str:
    """The namespace of `element`; empty when it has none."""
    return element.tag[1:].partition("}")[0] if str(element.tag).startswith("{") else ""


def words_in(element: Element) -> str:
    """All the text in `element` on one line; an entity in it is left out."""
    return " ".join("".join(element.xpath(".//text()")).split())
