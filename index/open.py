"""An index by the name of its place: a folder, a Milvus Lite file, or a Milvus server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index import folder
from index.folder import Manifest
from index.fusion import Weights
from index.origin import FILE, Origin, from_json
from index.remote.place import Place, parse_place
from index.store import Index

if TYPE_CHECKING:
    from index.embed import Embedder

__all__ = [
    "Place",
    "building",
    "has_index",
    "made_of",
    "open_index",
    "parse_place",
    "save_index",
    "version_of",
]


def has_index(place: Place) -> bool:
    """Whether a build was ever finished at a place (not whether it is sound)."""
    return folder.has_index(place) if isinstance(place, Path) else version_of(place) is not None


def version_of(place: Place) -> str | None:
    """A short text that another build changes; None where there is no index. Cheap: nothing is loaded.

    Raises IndexServerError if a server cannot be asked.
    """
    if isinstance(place, Path):
        return _pointer(place)
    if place.kind == "lite" and not Path(place.address).exists():
        return None  # opening the file would make it
    from index.remote.read import current_version

    return current_version(place)


@contextmanager
def building(place: Place, waiting: Callable[[], None]) -> Iterator[bool]:
    """Hold a place for a whole build; yields whether another build had to be waited for.

    A folder is for one build at a time (see `index.folder.building`). Over Milvus each build makes
    collections of its own, and the last to end is in use. Raises IndexFolderError or IndexServerError
    where nothing can be written: better told now than after an hour.
    """
    if isinstance(place, Path):
        with folder.building(place, waiting) as waited:
            yield waited
    else:
        from index.remote.server import Server

        Server.connect(place)
        yield False


def made_of(place: Place) -> tuple[Manifest, Origin]:
    """What the index at a place is and what it was made of. Raises IndexFolderError or IndexServerError."""
    if isinstance(place, Path):
        manifest, files = folder.read_folder(place)
        try:
            return manifest, from_json(files[FILE])
        except (ValueError, KeyError) as error:
            raise folder.refuse(place, f"内容不一致（{error}）", f"its parts do not fit ({error})") from error
    from index.remote.read import made_of as made_of_remote

    return made_of_remote(place)


def open_index(
    place: Place, embedder: Embedder | Callable[[], Embedder] | None, weights: Weights | None = None
) -> Index:
    """The index at a place, as `Index.load` has it. Raises IndexFolderError or IndexServerError."""
    if isinstance(place, Path):
        return Index.load(place, embedder, weights)
    from index.remote.read import read

    return read(place, embedder, weights)


def save_index(index: Index, place: Place) -> Manifest:
    """Make an index the one in use at a place, in one step; raises IndexFolderError or IndexServerError.

    Only an index that was built in this process, or loaded from a folder, can be written.
    """
    if isinstance(place, Path):
        return index.save(place)
    from index.remote.write import write

    index.manifest = write(index, place)
    return index.manifest


def _pointer(place: Path) -> str | None:
    try:
        return (place / "current").read_text(encoding="ascii")[:128]
    except (OSError, ValueError):
        return None
