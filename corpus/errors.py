"""Everything that can go wrong on purpose, in one tree.

BylineError                  shown to the person as it is: what happened, the value, what to do
├── ArticleError             one file cannot become articles; the others are not affected
├── LibraryError             the store cannot be used
│   ├── LibraryMissing       there is no library at this path
│   ├── LibraryEmpty         there is a library, and nothing in it
│   ├── LibraryBusy          another process is writing to it
│   └── EncoderMismatch      it was built with another encoder
├── EncoderError             the encoder cannot be found, verified or loaded
├── SyncRefused              the sync would remove too much or overlaps another root
├── EditRefused              a field of a byline cannot be what a person gave
├── BackupError              a backup cannot be made, or is none that can be restored
└── QuestionError            the question cannot be asked as it is

Programming mistakes stay ValueError and TypeError. Errors of other libraries are translated once,
where the library is called.
"""


class BylineError(Exception):
    """Root of the tree; its message is meant for the person as it is."""


class ArticleError(BylineError):
    """One file cannot become articles, for the reason given."""


class LibraryError(BylineError):
    """The store cannot be used."""


class LibraryMissing(LibraryError):
    """There is no library at this path."""


class LibraryEmpty(LibraryError):
    """The library exists and holds no article."""


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""


class EncoderMismatch(LibraryError):
    """The library was built with another encoder."""


class EncoderError(BylineError):
    """The encoder cannot be found, verified or loaded."""


class SyncRefused(BylineError):
    """The sync would remove too much, or its path overlaps another root."""


class EditRefused(BylineError):
    """A field of a byline cannot be what a person gave."""


class BackupError(BylineError):
    """A backup cannot be made, or is none that can be restored."""


class QuestionError(BylineError):
    """The question cannot be asked as it is."""
