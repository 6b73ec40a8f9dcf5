"""Word counts: how often each word occurs, counted again from the articles' texts."""

from index.rows import count_words
from index.words import words
from index.writer import Writer

_COLUMNS = "word, passages, postings"
_DIFFERENT = f"""
SELECT count(DISTINCT word) FROM (
    SELECT * FROM (SELECT {_COLUMNS} FROM temp.frequency EXCEPT
                   SELECT {_COLUMNS} FROM main.frequency)
    UNION ALL
    SELECT * FROM (SELECT {_COLUMNS} FROM main.frequency EXCEPT
                   SELECT {_COLUMNS} FROM temp.frequency))
"""


def recount(writer: Writer) -> int:
    """Put the counts right; of how many words they were wrong."""
    execute = writer.connection.execute
    # A temporary table goes before one of the same name: what counts there is what always does.
    execute(
        "CREATE TEMP TABLE frequency (word TEXT PRIMARY KEY, passages INTEGER, postings INTEGER) "
        "WITHOUT ROWID"
    )
    try:
        articles = execute(
            "SELECT number, title, author, outlet, text FROM article "
            "JOIN body ON body.article = number ORDER BY number"
        )
        for number, title, author, outlet, text in articles:
            spans = execute('SELECT start, "end" FROM passage WHERE article = ?', (number,))
            texts = [words(text[start:end]) for start, end in spans]
            if texts:
                about = [words(each or "") for each in (title, author, outlet)]
                count_words(writer.connection, texts, about, 1)
        wrong = int(execute(_DIFFERENT).fetchone()[0])
        if wrong:
            with writer.transaction("repaired"):
                execute("DELETE FROM main.frequency")
                execute("INSERT INTO main.frequency SELECT * FROM temp.frequency")
        return wrong
    finally:
        execute("DROP TABLE temp.frequency")
