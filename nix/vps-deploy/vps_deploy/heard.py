"""What one run of Nix said, line by line as it says it."""

from collections.abc import Callable

from .nixlog import EvalError, Event, Message, NixLog, Source

MAX_LINE = 1 << 20
_KEPT = 20
ALWAYS_SUBSTITUTE = 'always-allow-substitutes'
"""NixOS marks a system as not to be substituted, though a cache has it. Nix 2.18 does not know this and says so."""

OnEvent = Callable[[Event], None]


class Heard:
    """Nix's lines: events are passed on, errors kept (held back until it is known where the sources lie)."""

    def __init__(self, on_event: OnEvent, hold_errors: bool = False) -> None:
        self._on_event, self._hold = on_event, hold_errors
        self._log = NixLog()
        self._stdout = b''
        self._held: list[bytes] = []
        self._errors: list[EvalError] = []
        self._warnings: list[str] = []

    def take(self, name: str, raw: bytes, continued: bool) -> None:
        if name == 'stdout':
            self._stdout = (self._stdout + raw + b'\n')[:MAX_LINE]
            return
        event = self._log.feed_more(raw) if continued else self._log.feed(raw)
        if isinstance(event, EvalError):
            if self._hold:
                self._held = [*self._held, raw][-_KEPT:]
                return
            self._errors = [*self._errors, event][-_KEPT:]
        if isinstance(event, EvalError) or (isinstance(event, Message) and event.level <= 1):
            text = event.message if isinstance(event, EvalError) else event.text
            self._warnings = [*self._warnings, text][-_KEPT:]
        if event is not None and not _is_chatter(event):
            self._on_event(event)

    def release(self, source: Source) -> EvalError | None:
        """Passes on the errors held back, with their places; returns the one to show first."""
        log = NixLog(source)
        errors = [event for event in map(log.feed, self._held) if isinstance(event, EvalError)]
        for error in errors:
            self._on_event(error)
        return next((error for error in errors if error.file), errors[-1] if errors else None)

    def stdout(self) -> str:
        return self._stdout.decode('utf-8', 'backslashreplace')

    def reason(self) -> str:
        return '\n'.join(error.message for error in self._errors[-3:])

    def warnings(self) -> str:
        """The last of what was worse than a piece of information, errors included."""
        return '\n'.join(self._warnings)


def _is_chatter(event: Event) -> bool:
    return isinstance(event, Message) and (
        event.level > 3 or event.text.endswith(f"unknown setting '{ALWAYS_SUBSTITUTE}'")
    )
