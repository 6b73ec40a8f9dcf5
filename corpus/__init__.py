"""A file -> articles: what was written, by whom, when and where it was read from."""

from corpus.article import METADATA_FIELDS, Article, article_id
from corpus.errors import ArticleError, BylineError
from corpus.files import Found, source_of, walk
from corpus.read import Reading, read

__all__ = [
    "METADATA_FIELDS",
    "Article",
    "ArticleError",
    "BylineError",
    "Found",
    "Reading",
    "article_id",
    "read",
    "source_of",
    "walk",
]
