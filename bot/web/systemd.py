"""Tells systemd that the server is ready, where systemd started it and wants to know (Type=notify)."""

from __future__ import annotations

import logging
import os
import socket

_LOG = logging.getLogger(__name__)


def notify(state: str) -> None:
    """Send a state such as ``READY=1`` to the socket that `NOTIFY_SOCKET` names; nothing without one."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
            told.settimeout(1)
            told.sendto(state.encode(), "\0" + place[1:] if place.startswith("@") else place)
    except OSError as error:
        _LOG.warning("systemd cannot be told %s: %s", state, error.strerror or error)
