"""The truth's tables, and what turns those of an older schema into them."""

SCHEMA = 2

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- A path that was given to sync: a folder, or one file.
CREATE TABLE root (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE file (
    number INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    UNIQUE (root, source)
);
CREATE TABLE article (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    file INTEGER NOT NULL REFERENCES file (number),
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    author TEXT,
    outlet TEXT,
    published TEXT,
    modified TEXT,
    url TEXT,
    language TEXT,
    pages TEXT NOT NULL,
    provenance TEXT NOT NULL,
    hash TEXT NOT NULL,
    author_folded TEXT,
    outlet_folded TEXT,
    section TEXT,
    -- The URL without what does not tell pages apart, and the article that is its newer version.
    address TEXT,
    newer INTEGER,
    -- The article that stands for its group of copies; NULL outside any group.
    twin INTEGER
);
CREATE INDEX article_file ON article (file);
-- Text and vectors lie apart, so that bylines and offsets are scanned without reading past them.
CREATE TABLE body (
    article INTEGER PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE,
    text TEXT NOT NULL
);
-- AUTOINCREMENT: a number is never used twice, so what is gone can never be mistaken for what is.
CREATE TABLE passage (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (number) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL
);
CREATE INDEX passage_article ON passage (article);
CREATE TABLE vector (
    passage INTEGER PRIMARY KEY REFERENCES passage (number) ON DELETE CASCADE,
    vector BLOB NOT NULL
);
-- Passages with each folded word in their text, and in any column of the word index.
CREATE TABLE frequency (
    word TEXT PRIMARY KEY,
    passages INTEGER NOT NULL,
    postings INTEGER NOT NULL
) WITHOUT ROWID;
-- Articles that a person removed: they stay out until they change.
CREATE TABLE removed (
    id TEXT PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (number) ON DELETE CASCADE,
    hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE failure (
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    PRIMARY KEY (root, source)
) WITHOUT ROWID;
-- The word index stores no text: it is folded again from here when a passage goes.
CREATE VIEW folded_passage AS
    SELECT passage.number AS number, passage.article AS article,
           folded(substr(body.text, passage.start + 1, passage."end" - passage.start)) AS text,
           folded(article.title) AS title,
           folded(article.author) AS author,
           folded(article.outlet) AS outlet
    FROM passage
    JOIN article ON article.number = passage.article
    JOIN body ON body.article = passage.article;
CREATE VIRTUAL TABLE words USING fts5 (
    text, title, author, outlet,
    content = 'folded_passage', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2'
);
"""


# What each schema lacks of the next; a library is brought up to date when it is opened to write.
ADDED_IN_2 = """
-- What a person corrected in an article's metadata; value NULL: it has none.
CREATE TABLE edit (
    id TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY (id, field)
) WITHOUT ROWID;
CREATE INDEX article_address ON article (address);
CREATE INDEX article_newer ON article (newer);
CREATE INDEX article_twin ON article (twin);
-- By which copies are found: sha256 of the normalised text, MinHash of its shingles, LSH bands.
CREATE TABLE signature (
    article INTEGER PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    minhash BLOB NOT NULL
);
CREATE TABLE band (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES article (number) ON DELETE CASCADE,
    PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE INDEX band_article ON band (article);
"""
MIGRATIONS = {
    1: """
ALTER TABLE article ADD COLUMN section TEXT;
ALTER TABLE article ADD COLUMN address TEXT;
ALTER TABLE article ADD COLUMN newer INTEGER;
ALTER TABLE article ADD COLUMN twin INTEGER;
"""
    + ADDED_IN_2,
}
