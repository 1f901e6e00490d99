"""events.ndjson: one JSON object a line, numbered from 0 without gaps; the number is the line's number.

A line counts once its line break is there. Durable events are synced before their line break is written, so that
nobody sees what a power cut could take back; a tail without a line break is mended or cut by the next writer.
"""

import fcntl
import json
import os
import sys
from typing import cast

from . import VERSION, clock, files
from .state import Asked

NAME = 'events.ndjson'
DURABLE = frozenset({'accepted', 'phase', 'awaiting-confirm', 'result'})
_BLOCK = 1 << 16


class EventLog:
    """Appends to one deploy's events; any number of processes may have one open."""

    def __init__(self, directory: str) -> None:
        self.path = f'{directory}/{NAME}'
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
        self._known_size = -1
        self._next_seq = 0
        self._is_tight = False
        """The disk was full, and what is left of the room kept for it is for the end of the deploy."""
        self.lost = 0
        """How many events found no room."""

    def close(self) -> None:
        os.close(self._fd)

    def append(self, type: str, **fields: object) -> int:
        """Writes one event and returns its number.

        On a full disk events are lost, but for the result: none of them may stop a rollback.
        """
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            self._catch_up()
            seq = self._next_seq
            line = json.dumps({'seq': seq, 'time': clock.iso(), 'type': type, **fields}, separators=(',', ':')).encode()
            if self._write_or_lose(line, type):
                self._next_seq += 1
                self._known_size += len(line) + 1
            return seq
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def accept(self, asked: Asked, configuration: str) -> None:
        """The first event of every deploy: what was asked for, of whom, and until when."""
        self.append(
            'accepted',
            id=asked.id,
            kind=asked.kind,
            rev=asked.rev,
            mode=asked.mode,
            configuration=configuration,
            version=VERSION,
            deadline=clock.iso_at(asked.deadline),
            secondsLeft=asked.timeout_seconds,
        )

    def last(self) -> dict[str, object] | None:
        """The last event, or None if there is none yet."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            self._known_size = -1
            self._catch_up()
            line = last_line(self._fd, self._known_size)
            return parse(line) if line else None
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _write_or_lose(self, line: bytes, type: str) -> bool:
        if self._is_tight and type not in DURABLE | {'warning'}:
            return self._lose(type)
        try:
            self._write(line, type in DURABLE)
            return True
        except OSError as error:
            if not files.is_full(error):
                raise
            os.ftruncate(self._fd, self._known_size)
            if type in DURABLE and files.drop_ballast(os.path.dirname(self.path)):
                self._is_tight = True
                return self._write_or_lose(line, type)
            if type == 'result':
                raise
            return self._lose(type)

    def _lose(self, type: str) -> bool:
        if not self.lost:
            print(f'{self.path}: no room for an event of type {type}', file=sys.stderr)
        self.lost += 1
        return False

    def _write(self, line: bytes, durable: bool) -> None:
        if durable:
            files.write_all(self._fd, line)
            os.fdatasync(self._fd)
            files.write_all(self._fd, b'\n')
        else:
            files.write_all(self._fd, line + b'\n')

    def _catch_up(self) -> None:
        """Learns the next number from the file if somebody else wrote to it, after mending a torn tail."""
        size = os.fstat(self._fd).st_size
        if size == self._known_size:
            return
        size = mend(self._fd, size)
        line = last_line(self._fd, size)
        self._next_seq = seq_of(line) + 1 if line else 0
        self._known_size = size


def mend(fd: int, size: int) -> int:
    """Ends a torn tail: a whole event gets its line break, anything else is cut. Returns the new size."""
    start = _start_of_tail(fd, size)
    if start == size:
        return size
    if parse(os.pread(fd, size - start, start)) is not None:
        files.write_all(fd, b'\n')
        return size + 1
    os.ftruncate(fd, start)
    os.fsync(fd)
    return start


def last_line(fd: int, size: int) -> bytes:
    """The last complete line without its line break; empty if there is none."""
    if size == 0:
        return b''
    start = _start_of_tail(fd, size - 1)
    return os.pread(fd, size - 1 - start, start)


def parse(line: bytes) -> dict[str, object] | None:
    try:
        value = cast(object, json.loads(line))
    except ValueError:
        return None
    return cast(dict[str, object], value) if isinstance(value, dict) else None


def seq_of(line: bytes) -> int:
    event = parse(line)
    seq = event.get('seq') if event else None
    if not isinstance(seq, int):
        raise ValueError(f'the last event has no number: {line[:80]!r}')
    return seq


def _start_of_tail(fd: int, size: int) -> int:
    """Where the text after the last line break before `size` begins."""
    end = size
    while end > 0:
        start = max(0, end - _BLOCK)
        found = os.pread(fd, end - start, start).rfind(b'\n')
        if found >= 0:
            return start + found + 1
        end = start
    return 0
