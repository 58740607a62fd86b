"""The journal as the surfaces use it: tell it what was asked and what people thought of the answer.

Neither call waits, masks or writes: that is the writer's. Whatever happens to the database, both return; what
could not be kept is counted in `lost`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from bot.answer import Answer
from bot.journal.entry import MAX_REASON, Opinion, note, plain_id
from bot.journal.losses import Losses
from bot.journal.place import read_place
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.journal.store import Store
    from bot.journal.writer import Writer

WAITING: Final = 2_000
"""How many entries may wait to be written; more are lost. At ten kilobytes each that is 20 MB."""
CLOSE_SECONDS: Final = 5.0


class Journal:
    """Safe to use from several threads. Without a place (`WENCE_JOURNAL=off`) it keeps nothing."""

    def __init__(self, writer: Writer | None, losses: Losses) -> None:
        self._writer = writer
        self._losses = losses

    @classmethod
    def open(cls, settings: Settings, waiting: int = WAITING) -> Journal:
        """The journal that the settings name, its tables moved to this release's; close it at the end.

        A database that cannot be used now is tried again later. UsageError where the setting makes no sense,
        JournalError where the tables are of a later release.
        """
        place = read_place(settings.journal)
        losses = Losses(str(place))
        if place is None:
            return cls(None, losses)
        from bot.journal.store import Store
        from bot.journal.writer import Writer

        store = Store(place)
        _prepare(store, losses)
        return cls(Writer(store, losses, settings.journal_days, waiting), losses)

    @property
    def on(self) -> bool:
        """Whether anything is kept."""
        return self._writer is not None

    @property
    def lost(self) -> int:
        """Entries and opinions that could not be kept, since the start."""
        return self._losses.count

    @property
    def written(self) -> int:
        """Entries and opinions that the database has taken, since the start."""
        return self._writer.written if self._writer else 0

    @property
    def waiting(self) -> int:
        """Entries and opinions that wait to be written."""
        return self._writer.waiting if self._writer else 0

    def asked(self, answer: Answer, visit: str = "", request_id: str = "", index_version: str = "") -> str:
        """Keep an answer; the id of its entry, for `liked`. Empty if it is not kept.

        `visit` is a random id (`entry.new_id`) of one conversation. An address is no such id, and is dropped.
        """
        if self._writer is None:
            return ""
        noted = note(answer, visit, request_id, index_version)
        return noted.id if self._writer.put(noted) else ""

    def liked(self, entry_id: str, up: bool, reason: str = "") -> bool:
        """Keep an opinion of the answer `entry_id`, in place of an earlier one; whether it was taken."""
        if self._writer is None or not plain_id(entry_id):
            return False
        return self._writer.put(Opinion(entry_id, datetime.now(UTC), up, reason[: 2 * MAX_REASON]))

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Write what waits, for at most about `seconds`. Later calls of `asked` and `liked` are losses."""
        if self._writer:
            self._writer.close(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _prepare(store: Store, losses: Losses) -> None:
    """Move the tables now, so that a journal of a later release is refused at the start."""
    from bot.journal.writer import reason
    from corpus.errors import WenceError

    try:
        store.prepare()
    except WenceError:
        store.close()
        raise
    except Exception as error:  # the writer tries again; answers do not wait for that
        store.close()
        losses.add(0, reason(error))
