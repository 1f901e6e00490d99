"""switch-to-configuration in a transient unit of its own: neither our death nor a client's can hurt it."""

import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from . import systemd
from .clock import monotonic
from .process import READ_BYTES, Lines, OnLine

_FAST_SECONDS, _SLOW_SECONDS = 0.03, 0.3
_ASK_SECONDS = 2.0
"""How often systemd is asked about a switch whose process runs: each time is a process of its own."""
_DONE_STATES = ('exited', 'failed', 'dead')
_LONGEST_LINE = 1 << 16


class Switched(NamedTuple):
    """How a switch ended. `code` is None if it was killed, whoever did it; `why` then says so."""

    code: int | None
    why: str


class Switch(NamedTuple):
    """What to run. `log` is the root-only file that gets all of its output."""

    system: str
    action: str
    unit: str
    log: str
    limit_seconds: float

    def run(self, on_line: OnLine, canceled: Callable[[], bool]) -> Switched:
        """Runs it to its end; `on_line` gets each line, a long one in parts. Once `canceled` or over its limit, it is killed as a whole.

        Raises SystemdFailed if it cannot be started.
        """
        if _is_loaded(self.unit):
            systemd.end(self.unit)
        tail = _Tail(self.log, on_line)
        try:
            self._start()
            return self._follow(tail, canceled)
        finally:
            systemd.end(self.unit)
            tail.close()

    def _start(self) -> None:
        output = f'append:{self.log}'
        systemd.start_transient(
            self.unit,
            [f'{self.system}/bin/switch-to-configuration', self.action],
            properties=[
                f'StandardOutput={output}', f'StandardError={output}',
                # Its exit status stays to be read, also when it succeeds.
                'RemainAfterExit=yes', 'OOMPolicy=continue', 'OOMScoreAdjust=-500',
            ],
            env=_environment(),
        )  # fmt: skip

    def _follow(self, tail: '_Tail', canceled: Callable[[], bool]) -> Switched:
        until = monotonic() + self.limit_seconds
        pause = _FAST_SECONDS
        process = _Process()
        try:
            while True:
                state = process.ask(self.unit)
                tail.drain()
                # A switch may have systemd execute itself anew: until it answers again, the switch counts as running.
                if state is not None and state.get('SubState') in _DONE_STATES:
                    tail.drain(last=True)
                    return _ended(state)
                if canceled():
                    return Switched(None, 'it was stopped')
                if monotonic() > until:
                    return Switched(None, f'it did not end within {self.limit_seconds:.0f} s')
                process.wait(pause)
                pause = min(pause * 1.3, _SLOW_SECONDS)
        finally:
            process.close()


class _Process:
    """The process of a switch: while it runs, there is no need to ask systemd whether it does."""

    def __init__(self) -> None:
        self._fd: int | None = None
        self._asked = 0.0

    def ask(self, unit: str) -> dict[str, str] | None:
        """What systemd knows; None while it does not answer, or the process runs."""
        if self._fd is not None and monotonic() < self._asked + _ASK_SECONDS and not self._has_ended(0):
            return None
        self._asked = monotonic()
        state = systemd.show_at_once(unit, 'SubState', 'ExecMainCode', 'ExecMainStatus', 'MainPID')
        if state is not None and self._fd is None and int(state.get('MainPID') or 0) > 0:
            with suppress(OSError):
                self._fd = os.pidfd_open(int(state['MainPID']))
        return state

    def wait(self, seconds: float) -> None:
        """Not longer than the process runs."""
        if self._fd is None or self._has_ended(seconds):
            # systemd may not have heard yet.
            time.sleep(_FAST_SECONDS if self._fd is not None else seconds)

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)

    def _has_ended(self, seconds: float) -> bool:
        return self._fd is not None and bool(select.select([self._fd], [], [], seconds)[0])


def _ended(state: dict[str, str]) -> Switched:
    # CLD_EXITED is 1; 0 is a unit that vanished with all it knew.
    status = int(state.get('ExecMainStatus') or 0)
    match state.get('ExecMainCode'):
        case '1':
            return Switched(status, f'it exited with {status}')
        case '2' | '3':
            return Switched(None, f'signal {status} killed it')
        case _:
            return Switched(None, 'its unit is gone')


def _is_loaded(unit: str) -> bool:
    return systemd.show(unit, 'ActiveState').get('ActiveState') != 'inactive'


def _environment() -> dict[str, str]:
    return {name: value for name, value in systemd.passed_on().items() if name != 'VPS_DEPLOY_CONFIG'}


class _Tail:
    """The lines that are appended to a file from now on."""

    def __init__(self, path: str, on_line: OnLine) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        os.lseek(self._fd, 0, os.SEEK_END)
        self._lines = Lines('switch', on_line, _LONGEST_LINE)

    def drain(self, last: bool = False) -> None:
        while data := os.read(self._fd, READ_BYTES):
            self._lines.feed(data)
        if last:
            self._lines.end()

    def close(self) -> None:
        os.close(self._fd)
