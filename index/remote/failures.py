"""What a Milvus client raises → an error that says what happened, to which index, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from corpus.errors import IndexServerError
from index.remote.place import RemotePlace

NOT_THERE: Final = (100, 1600)
"""The server's codes for a collection and for an alias that do not exist."""
_DENIED: Final = ("unauthenticated", "permission", "auth check", "privilege", "password", "api key")
_UNREACHABLE: Final = ("connect", "unavailable", "deadline", "timeout", "timed out", "dns")


def refuse(place: RemotePlace, zh: str, en: str) -> IndexServerError:
    """The error for an index over Milvus that cannot be used as it is, with what makes a new one."""
    return IndexServerError(
        f"索引 {place} 不可用：{zh}。请运行 wence index --out {place} 重新构建，或换一个地址。",
        f"The index {place} cannot be used: {en}. Run wence index --out {place} to build it anew, "
        "or name another place.",
    )


def package_missing(place: RemotePlace, error: ImportError) -> IndexServerError:
    """The error for a client that is not installed."""
    return IndexServerError(
        f"索引 {place} 需要 Milvus 客户端，但缺少 {error.name}。请运行 pip install 'wence[milvus]'。",
        f"The index {place} needs the Milvus client, which is not installed ({error.name} is missing). "
        "Run pip install 'wence[milvus]'.",
    )


def in_use(place: RemotePlace) -> IndexServerError:
    """The error for a Milvus Lite file that another process has open."""
    folder = place.address
    return IndexServerError(
        f"索引 {place} 正被另一个进程使用，Milvus Lite 的文件一次只能由一个进程打开。请结束那个进程，"
        f"或运行 milvus-lite server --data-dir {folder} --host 127.0.0.1，让各进程用 http://127.0.0.1:19530。",
        f"The index {place} is open in another process: a Milvus Lite file is for one process at a time. "
        f"End that process, or run milvus-lite server --data-dir {folder} --host 127.0.0.1 "
        "and let all processes use http://127.0.0.1:19530.",
    )


@contextmanager
def translated(place: RemotePlace) -> Iterator[None]:
    """Raises what the client raises inside as an IndexServerError."""
    from grpc import FutureTimeoutError, RpcError
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, RpcError, FutureTimeoutError) as error:
        raise _of(place, error) from error


def is_missing(error: Exception) -> bool:
    """Whether a server's error says that a collection or an alias is not there."""
    return getattr(error, "code", None) in NOT_THERE


def _of(place: RemotePlace, error: Exception) -> IndexServerError:
    said = _words(error)
    low = " ".join(map(_words, _causes(error))).lower()
    if is_missing(error):
        return refuse(
            place,
            "其中的数据已不存在，可能已被重建",
            "its data is gone, it may have been rebuilt",
        )
    if any(word in low for word in _DENIED):
        return IndexServerError(
            f"Milvus 服务器 {place} 拒绝访问：令牌无效或权限不足。"
            "请检查 WENCE_INDEX_TOKEN（用户:密码，或 API key）。",
            f"The Milvus server {place} refuses access: the token is wrong or may not do this. "
            "Check WENCE_INDEX_TOKEN (user:password, or an API key).",
        )
    if any(word in low for word in _UNREACHABLE):
        return IndexServerError(
            f"无法连接 Milvus 服务器 {place}，或它没有及时回答。请检查地址、网络和服务器是否在运行。",
            f"The Milvus server {place} cannot be reached or did not answer in time. "
            "Check the address, the network, and whether the server runs.",
        )
    return IndexServerError(
        f"Milvus 服务器 {place} 报错：{said}。请查看服务器日志。",
        f"The Milvus server {place} reports an error: {said}. Look at the server's log.",
    )


def _causes(error: BaseException) -> list[BaseException]:
    """The error and those that led to it: the client says of a refused token that it cannot connect."""
    found: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in found:  # a gRPC error can be its own cause
        found.append(step)
        step = step.__cause__ or step.__context__
    return found


def _words(error: BaseException) -> str:
    """What the server said, in one bounded line; never what was sent to it."""
    details = getattr(error, "details", None)
    said = details() if callable(details) else getattr(error, "message", "")
    return " ".join(str(said or type(error).__name__).split())[:300]
