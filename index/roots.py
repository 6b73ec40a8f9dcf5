"""Roots: which folders, files and pages a sync is about, given the paths and those it has known.

A root is a path that was given to sync. One never lies inside another, so that no article is in
twice; a single file belongs to the root it lies in, or is a root of its own beside its siblings.
A page from the web belongs to its site, which is no root: it is fetched only when it is asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from corpus.errors import ArticleError, SyncRefused


@dataclass(frozen=True, slots=True)
class Target:
    """What is synced: a folder, or one file of it, or the page or feed at `url`.

    `path` is the root as it is remembered, None where it is remembered already; `absorbs` are the
    single files that it takes in.
    """

    folder: Path = Path()
    only: Path | None = None
    path: Path | None = None
    absorbs: tuple[Path, ...] = ()
    missing: bool = False
    url: str = ""

    @property
    def root(self) -> str:
        """The folder, or the site of a page, as the articles' ids know it."""
        return "/".join(self.url.split("/")[:3]) if self.url else root_text(self.folder)


def is_site(root: str) -> bool:
    """Whether articles of this root come from the web; every other root is an absolute path."""
    return root.startswith(("http://", "https://"))


def pages(urls: Iterable[str]) -> list[Target]:
    """The targets for addresses that a person gave, each once.

    Raises:
        SyncRefused: one is none that may be fetched.
    """
    from corpus.address import shown, target

    found: dict[str, Target] = {}
    for url in urls:
        try:
            target(url.partition("#")[0])
        except ArticleError as error:
            raise SyncRefused(f"{shown(url)}: {error}") from error
        parts = urlsplit(url)._replace(fragment="")
        plain = parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/").geturl()
        found.setdefault(plain, Target(url=plain))
    return list(found.values())


def root_text(folder: Path) -> str:
    """A folder's path as valid text."""
    return str(folder).encode("utf-8", "backslashreplace").decode()


def resolve(paths: Sequence[Path], known: Iterable[str]) -> list[Target]:
    """The targets for `paths`, or for all known roots where there are none.

    Raises:
        SyncRefused: a path is missing, or lies inside a root or around one.
    """
    roots = {Path(path) for path in known}
    if not paths:
        return [_again(root) for root in sorted(roots)]
    targets: dict[tuple[Path, Path | None], Target] = {}
    for path in paths:
        target = _target(path, roots)
        if target.path:
            roots -= set(target.absorbs)
            roots.add(target.path)
        targets.setdefault((target.folder, target.only), target)
    # A file of a folder that is synced whole is seen there.
    whole = {folder for folder, only in targets if only is None}
    return [target for target in targets.values() if not (target.only and target.folder in whole)]


def _again(root: Path) -> Target:
    if root.is_dir():
        return Target(root)
    if root.is_file():
        return Target(root.parent, only=root)
    return Target(root, missing=True)


def _target(path: Path, roots: set[Path]) -> Target:
    try:
        place = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SyncRefused(
            f"there is nothing to read at {path} ({reason}): check the path"
        ) from error
    around = next((root for root in roots if root in place.parents and root.is_dir()), None)
    if not place.is_dir():
        if around:
            return Target(around, only=place)
        return Target(place.parent, only=place, path=None if place in roots else place)
    if around:
        raise SyncRefused(
            f"{path} lies inside {around}, which is in the library already: sync that, or use "
            "another --store"
        )
    inside = sorted(root for root in roots if place in root.parents)
    # A file's ids are those it has in its own folder; from further up they would be others.
    apart = next((root for root in inside if root.parent != place or root.is_dir()), None)
    if apart:
        raise SyncRefused(
            f"{path} contains {apart}, which is in the library already: sync that, or use another "
            "--store"
        )
    return Target(place, path=None if place in roots else place, absorbs=tuple(inside))
