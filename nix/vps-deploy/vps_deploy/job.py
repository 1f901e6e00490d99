"""One deploy while somebody works on it: its files, its events, what is known of it, and whether it should stop."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from . import clock, decision, results
from .config import Config
from .decision import Decision
from .events import EventLog
from .logs import LogWriter
from .results import Status
from .spool import Spool
from .state import DeployDirectory, StateDirectory
from .switchlock import SwitchLock


class Verdict(NamedTuple):
    """What becomes the result."""

    status: Status
    exit_code: int
    message: str


class Ended(Exception):
    """The deploy is over before anything was changed."""

    def __init__(self, status: Status, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.verdict = Verdict(status, exit_code, message)


class ChangedBySomebodyElse(Exception):
    """Running system or profile are not what we left there: nothing more is touched."""


class HostGoesDown(BaseException):
    """Nothing can be started any more: what is left to do is done after the boot, by recover."""


class HandedOver(HostGoesDown):
    """Told to stop: another unit goes on with this deploy."""


class Stop:
    """SIGTERM: somebody stops the worker, or the host goes down."""

    def __init__(self) -> None:
        self.wanted = False
        self.stays = False
        """Whether a rollback is finished here nevertheless."""

    def listen(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.wanted = True


class Job:
    def __init__(self, deploy: DeployDirectory, spool: Spool, settings: Config, stop: Stop | None = None) -> None:
        self.deploy, self.spool, self.config = deploy, spool, settings
        self.asked = deploy.asked()
        self.state = StateDirectory(settings.state_dir)
        self.events = EventLog(deploy.path)
        self.log = LogWriter(self.events, settings.max_log_bytes)
        self.lock = SwitchLock()
        self.stop = stop or Stop()
        self.rev = self.asked.rev
        self.failed_units: list[str] = []
        self.known: dict[str, object] = {}
        """Fields of the result, as they become known."""
        self.reboots = False
        """Whether the last resort is a boot: the rollback failed, and the loader starts the old default."""

    @property
    def id(self) -> str:
        return self.asked.id

    @property
    def deadline(self) -> float:
        return self.asked.deadline

    def seconds_left(self) -> float:
        return self.deadline - clock.monotonic()

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        self.events.append('phase', name=name, state='start')
        try:
            yield
        finally:
            self.log.flush()
            self.events.append('phase', name=name, state='end')

    def warn(self, text: str) -> None:
        self.log.flush()
        self.events.append('warning', text=text)

    def raw_line(self, stream: str) -> 'LineSink':
        return LineSink(self.log, stream)

    def canceled(self) -> bool:
        """Whether what runs now should end: somebody decided, the time is over, or we are told to stop."""
        self.log.tick()
        return self.decided() is not None

    def decided(self) -> Decision | None:
        """The decision; made here if the clock or a SIGTERM calls for it."""
        standing = decision.read(self.deploy.path)
        if standing is None and self.stop.wanted:
            return decision.decide(self.deploy.path, 'rollback', 'stop')
        if standing is None and self.seconds_left() <= 0:
            return decision.decide(self.deploy.path, 'rollback', 'deadline')
        return standing

    def result(self, verdict: Verdict) -> dict[str, object]:
        known = {'rev': self.rev, 'newFailedUnits': self.failed_units, **self.known}
        return results.result(self.asked, verdict.status, verdict.exit_code, verdict.message, **known)


class LineSink(NamedTuple):
    """Takes the output of a program that is shown as one stream."""

    log: LogWriter
    stream: str

    def __call__(self, _which: str, raw: bytes, continued: bool) -> None:
        self.log.raw(self.stream, raw, continued)
