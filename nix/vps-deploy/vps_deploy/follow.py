"""Hands on the events of a deploy as they are written, until its result or until nobody listens any more."""

import os
import select
from collections.abc import Callable

from . import clock
from .events import NAME, parse

_CHUNK = 1 << 16
_FAST_MS, _SLOW_MS = 10, 80
_FAST_ROUNDS = 200
_RESULT = b'"type":"result"'
_HEAD = 120
"""Number, time and type of an event stand within so many bytes; text from outside comes later."""


class NobodyListens(Exception):
    """The client is gone; the deploy goes on without it."""


class NoResult(Exception):
    """There is still no result long after the deadline."""


def follow(directory: str, seq: int, emit: Callable[[bytes], None], give_up: float) -> dict[str, object]:
    """Emits event lines (with line break) from number `seq` on; returns the result event.

    A result is always emitted. `give_up` is in monotonic seconds. Raises NobodyListens and NoResult.
    """
    fd = os.open(f'{directory}/{NAME}', os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _follow(fd, seq, emit, give_up)
    finally:
        os.close(fd)


def _follow(fd: int, seq: int, emit: Callable[[bytes], None], give_up: float) -> dict[str, object]:
    number, at, size, idle = 0, 0, _CHUNK, 0
    while True:
        # Only whole lines are taken: a part of one is read again, for on a full disk its writer takes it back.
        data = os.pread(fd, size, at)
        end = data.rfind(b'\n') + 1
        if not end:
            size = size * 2 if len(data) == size else size
            idle += 1
            _wait(_FAST_MS if idle < _FAST_ROUNDS else _SLOW_MS, give_up)
            continue
        at, size, idle = at + end, _CHUNK, 0
        for line in data[: end - 1].split(b'\n'):
            is_result = _RESULT in line[:_HEAD]
            if number >= seq or is_result:
                emit(line + b'\n')
            if is_result and (event := parse(line)) is not None:
                return event
            number += 1


def _wait(milliseconds: int, give_up: float) -> None:
    if clock.monotonic() > give_up:
        raise NoResult
    poller = select.poll()
    poller.register(1, 0)
    if any(happened & (select.POLLERR | select.POLLHUP) for _, happened in poller.poll(milliseconds)):
        raise NobodyListens
