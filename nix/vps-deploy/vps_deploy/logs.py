"""Output of programs as `log` events: lines are gathered, bounded, and made safe to show."""

from .clock import monotonic
from .events import EventLog
from .text import printable

_EVENT_BYTES = 12 * 1024
"""Under the 16 KiB an event may carry."""
_PART_CHARACTERS = _EVENT_BYTES // 4
_HOLD_SECONDS = 0.1


class LogWriter:
    """Gathers lines of one stream into events; call `tick` now and then so that nothing stays unseen."""

    def __init__(self, events: EventLog, max_bytes: int) -> None:
        self._events = events
        self._left = max_bytes
        self.dropped = 0
        """How many `log` events did not fit."""
        self._lines: list[str] = []
        self._size = 0
        self._stream = ''
        self._since = 0.0

    def line(self, stream: str, text: str, continued: bool = False) -> None:
        """One line of printable text."""
        size = len(text.encode()) + 1
        if continued or stream != self._stream or self._size + size > _EVENT_BYTES:
            self.flush()
        self._stream = stream
        if continued or size > _EVENT_BYTES:
            self._emit_parts(text, continued)
            return
        if not self._lines:
            self._since = monotonic()
        self._lines.append(text)
        self._size += size
        self.tick()

    def raw(self, stream: str, data: bytes, continued: bool = False) -> None:
        self.line(stream, printable(data), continued)

    def error(self, stream: str, text: str, error: dict[str, object]) -> None:
        """A message that points into a file."""
        self.flush()
        self._events.append('log', stream=stream, text=text, error=error)

    def tick(self) -> None:
        if self._lines and monotonic() - self._since > _HOLD_SECONDS:
            self.flush()

    def flush(self) -> None:
        if self._lines:
            text, self._lines, self._size = '\n'.join(self._lines), [], 0
            self._emit(self._stream, text, False)

    def close(self) -> None:
        """Says how much was dropped, once."""
        self.flush()
        if self.dropped:
            text = f'The log was longer than this host keeps (maxLogBytes): {self.dropped} log events are missing.'
            self._events.append('warning', text=text, dropped=self.dropped)
            self.dropped = 0
        if lost := self._events.lost:
            self._events.append('warning', text=f'There was no room on disk for {lost} log events.', dropped=lost)
            self._events.lost = 0

    def _emit_parts(self, text: str, continued: bool) -> None:
        """Escaping can make a line several times as long as it was."""
        for start in range(0, max(len(text), 1), _PART_CHARACTERS):
            self._emit(self._stream, text[start : start + _PART_CHARACTERS], continued or start > 0)

    def _emit(self, stream: str, text: str, continued: bool) -> None:
        self._left -= len(text.encode())
        if self._left < 0:
            self._left = 0
            self.dropped += 1
            return
        extra = {'continued': True} if continued else {}
        self._events.append('log', stream=stream, text=text, **extra)
