"""The truth's tables, and what turns those of an older schema into them."""

SCHEMA = 3

# Another encoder or splitter makes its passages here, beside those that answer until it is done.
NEXT = """
-- The articles that are split and embedded anew; one that changes is another article.
CREATE TABLE next_article (
    article INTEGER PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE
);
CREATE TABLE next_passage (
    number INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES next_article (article) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX next_passage_article ON next_passage (article);
"""
TABLES = (
    """
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
    -- Name, size and time of each sidecar that speaks of it.
    sidecars TEXT NOT NULL DEFAULT '',
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
    -- JSON {field: [value, origin]}: what the file says of the fields that a person edited.
    declared TEXT
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
-- Why a file is not in; with `file`, what else failed of that file, which was read: `file#N`, or a
-- sidecar.
CREATE TABLE failure (
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    file TEXT,
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
    + NEXT
)


# What each schema lacks of the next; a library is brought up to date when it is opened to write.
ADDED_IN_2 = """
-- What a person corrected in an article's metadata; value NULL: it has none. Outlives the article.
CREATE TABLE edit (
    id TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY (id, field)
) WITHOUT ROWID;
CREATE INDEX failure_file ON failure (root, file);
CREATE INDEX article_address ON article (address);
CREATE INDEX article_newer ON article (newer);
-- A group of copies, and the article that stands for it.
CREATE TABLE story (number INTEGER PRIMARY KEY AUTOINCREMENT, standing INTEGER);
-- By which copies are found. Of articles with the same words one is the bearer of what follows.
CREATE TABLE signature (
    article INTEGER PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    bearer INTEGER NOT NULL,
    shingles INTEGER NOT NULL,
    minhash BLOB,
    -- The group, and the order in which its articles are chosen to stand for it.
    story INTEGER,
    rank TEXT NOT NULL
);
CREATE INDEX signature_digest ON signature (digest);
CREATE INDEX signature_bearer ON signature (bearer);
CREATE INDEX signature_story ON signature (story, rank) WHERE story IS NOT NULL;
-- LSH bands and sampled shingles; which, is worked out again when the article goes.
CREATE TABLE band (key INTEGER, article INTEGER, PRIMARY KEY (key, article)) WITHOUT ROWID;
-- Bearers that are alike, both ways round; contains: 0 near-copies, 1 `one` holds `other`, -1 is
-- held by it.
CREATE TABLE likeness (
    one INTEGER,
    other INTEGER,
    contains INTEGER NOT NULL,
    PRIMARY KEY (one, other)
) WITHOUT ROWID;
"""
MIGRATIONS = {
    1: """
ALTER TABLE article ADD COLUMN section TEXT;
ALTER TABLE article ADD COLUMN address TEXT;
ALTER TABLE article ADD COLUMN newer INTEGER;
ALTER TABLE article ADD COLUMN declared TEXT;
ALTER TABLE file ADD COLUMN sidecars TEXT NOT NULL DEFAULT '';
ALTER TABLE failure ADD COLUMN file TEXT;
"""
    + ADDED_IN_2,
    # What every library before was split by.
    2: "INSERT OR IGNORE INTO meta VALUES ('splitter', '1 180 1 2000');" + NEXT,
}
