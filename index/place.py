"""Where an index can be built: an advice must name a command that works."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from index.offline import cache_folder

OWN: Final = frozenset({"current", "current.new", "versions", ".lock", ".build"})
"""What belongs into an index folder; one that holds anything else is somebody else's."""


def other_place(folder: Path, *, even_if_usable: bool = False) -> Path | None:
    """A folder in which an index can be built, if it cannot be in `folder`; None if it can.

    `even_if_usable` gives another one in any case, the last choice being one that may not work either.
    """
    if not even_if_usable and _usable(folder):
        return None
    choices = (cache_folder() / "index", Path("wence-index"), Path(tempfile.gettempdir()) / "wence-index")
    return next((place for place in choices if place != folder and _usable(place)), choices[1])


def _usable(folder: Path) -> bool:
    """Whether an index folder can be made here, or made anew."""
    try:
        if folder.exists():
            inside = {path.name for path in folder.iterdir()}
            return inside <= OWN and os.access(folder, os.W_OK)
    except OSError:
        return False
    above = next((parent for parent in folder.absolute().parents if parent.exists()), Path("/"))
    return above.is_dir() and os.access(above, os.W_OK)
