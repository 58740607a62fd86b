"""Where an index is: a folder of this machine, an embedded Milvus Lite file, or a Milvus server.

    /path/of/a/folder               FAISS, in this process
    milvus-lite:/path/of/file.db    Milvus Lite: the client of a cluster, on one machine, for one process
    http://host:19530/database      Milvus, one server or a cluster (https:// with TLS); database optional

A token (`user:password` or an API key) comes from `WENCE_INDEX_TOKEN`, or stands in the address as
`user:password@`; it is in no message and no log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from corpus.errors import UsageError

_LITE: Final = "milvus-lite:"
_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """An index over Milvus. `address` is what the client is given, `shown` what people are."""

    kind: Literal["lite", "server"]
    address: str
    shown: str
    database: str = ""
    token: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.shown


Place = Path | RemotePlace


def is_remote(place: str) -> bool:
    """Whether a place is one over Milvus; anything else is a folder."""
    return place.startswith(_LITE) or "://" in place


def parse_place(place: str, token: str = "") -> Place:
    """A place as it is written in a setting. `token` counts where the address holds none.

    Raises UsageError for an address of another kind, or one that is not complete.
    """
    if place.startswith(_LITE):
        return _lite(place.removeprefix(_LITE))
    if "://" in place:
        found = _server(place)
        return found if found.token else replace(found, token=token)
    return Path(place)


def _lite(path: str) -> RemotePlace:
    file = Path(path).absolute()
    if not path or file.suffix != ".db":
        raise UsageError(
            f"{_LITE}{path} 不可用：Milvus Lite 的文件名须以 .db 结尾，例如 {_LITE}wence.db。",
            f"{_LITE}{path} cannot be used: a Milvus Lite file ends in .db, such as {_LITE}wence.db.",
        )
    return RemotePlace("lite", str(file), f"{_LITE}{file}")


def _server(place: str) -> RemotePlace:
    try:
        parts = urlsplit(place)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    database = parts.path.strip("/")
    if parts.scheme not in _SCHEMES or not host or "/" in database or parts.query or parts.fragment:
        raise UsageError(
            "WENCE_INDEX_URI（或 --index）的地址不可用："
            "应为文件夹、milvus-lite:文件.db 或 http(s)://主机:端口/数据库；令牌请写入 WENCE_INDEX_TOKEN。",
            "The address in WENCE_INDEX_URI (or --index) cannot be used: "
            "name a folder, milvus-lite:FILE.db or http(s)://HOST:PORT/DATABASE; "
            "a token belongs into WENCE_INDEX_TOKEN.",
        )
    netloc = f"[{host}]" if ":" in host else host
    address = f"{parts.scheme}://{netloc}:{port or (443 if parts.scheme == 'https' else 19530)}"
    shown = f"{address}/{database}" if database else address
    token = ":".join(unquote(part) for part in (parts.username, parts.password) if part)
    return RemotePlace("server", address, shown, database, token)
