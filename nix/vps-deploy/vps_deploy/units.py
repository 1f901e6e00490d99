"""What systemd's units do before and after a switch, and which of them the switch broke."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from .process import TimedOut, run

RECENT_SECONDS = 600.0
"""A unit that restarted by itself and was started less than this ago counts as restarting over and over."""

_PAUSE_SECONDS = 0.3

_PROPERTIES = (
    'Id', 'LoadState', 'ActiveState', 'SubState', 'Result', 'NRestarts', 'ExecMainCode', 'ExecMainStatus',
    'InactiveExitTimestampMonotonic', 'Transient',
)  # fmt: skip
_COUNTED = ('.service', '.socket', '.mount', '.automount', '.swap', '.timer', '.path', '.target')
_ACTIVE = ('active', 'reloading', 'refreshing')


class UnitsUnknown(Exception):
    """systemd did not say what its units do."""


class Unit(NamedTuple):
    """`exit_status` is the main program's exit code, or the signal that killed it; None if there is no such program."""

    name: str
    active: str
    sub: str
    result: str
    exit_status: int | None
    restarts: int
    started_seconds: float
    """Seconds since boot at which it last left the inactive state; 0 if never."""
    loaded: bool = True
    transient: bool = False

    def to_json(self) -> dict[str, object]:
        """As the keyword arguments that make it again."""
        return self._asdict()

    @property
    def is_failed(self) -> bool:
        # A unit that is gone from the configuration and ended badly when it was stopped cannot be unhealthy.
        return self.active == 'failed' and self.loaded

    @property
    def is_retrying(self) -> bool:
        """It ended badly and waits to be started again: such a unit is never `failed`."""
        badly = bool(self.exit_status) or self.result not in ('success', '')
        return self.sub.startswith('auto-restart') and badly and self.loaded


class Snapshot(NamedTuple):
    """All loaded units at one moment."""

    units: dict[str, Unit]
    taken_seconds: float = 0.0
    """Seconds since boot."""

    @property
    def active(self) -> frozenset[str]:
        """Units that run and that the configuration knows of: no devices, slices, scopes or transient units."""
        chosen = (unit for unit in self.units.values() if unit.active in _ACTIVE and not unit.transient and unit.loaded)
        return frozenset(unit.name for unit in chosen if unit.name.endswith(_COUNTED))

    @property
    def failed(self) -> frozenset[str]:
        return frozenset(unit.name for unit in self.units.values() if unit.is_failed)

    def is_troubled(self, name: str) -> bool:
        """Failed, waiting to be started again after a bad end, or restarted by itself a short time ago."""
        unit = self.units.get(name)
        if unit is None:
            return False
        recently = unit.restarts > 0 and self.taken_seconds - unit.started_seconds < RECENT_SECONDS
        return unit.is_failed or unit.is_retrying or recently


class FailedUnit(NamedTuple):
    unit: str
    result: str
    """systemd's `Result`, or `restarting` for a unit that runs again after it ended by itself."""
    exit_status: int | None

    def to_json(self) -> dict[str, object]:
        return {'unit': self.unit, 'result': self.result, 'exitStatus': self.exit_status}


def snapshot(patience_seconds: float = 30.0) -> Snapshot:
    """Raises UnitsUnknown if systemd does not answer for that long: it may be executing itself anew."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        with suppress(TimedOut):
            done = run(['systemctl', 'show', '*', '--no-pager', f'--property={",".join(_PROPERTIES)}'], timeout=30)
            parsed = parse(done.stdout, time.monotonic())
            if done.code == 0 and parsed.units:
                return parsed
        time.sleep(_PAUSE_SECONDS)
    raise UnitsUnknown('systemctl does not list the units: is systemd well?')


def parse(text: str, taken_seconds: float) -> Snapshot:
    """Reads the output of `systemctl show`: one block of `Name=value` lines a unit."""
    return Snapshot({unit.name: unit for unit in map(_unit, _blocks(text)) if unit is not None}, taken_seconds)


def newly_failed(before: Snapshot, after: Snapshot, settling: Snapshot | None = None) -> list[FailedUnit]:
    """The units the switch broke, by name.

    `before` is from before the activation, `settling` from its end, `after` from when the units had time to settle.
    A unit counts if it failed, is being restarted after a bad end, or restarted by itself between `settling` and
    `after`, and was not in such trouble before.
    """
    found = [FailedUnit(unit.name, *why) for unit in after.units.values() if (why := _trouble(unit, settling))]
    return sorted((unit for unit in found if not before.is_troubled(unit.unit)), key=lambda failed: failed.unit)


def failed_in_switch(before: Snapshot, after: Snapshot, named: Iterable[str]) -> list[FailedUnit] | None:
    """The units the switch broke, where it says itself that units failed, by exit code 4; `named`: which, in its words.

    None where that is nobody's fault yet: all of them were broken before, or run again, and have to settle. Empty where
    nothing of it is to be seen in `after`. One snapshot answers it all: in the next one a crash loop may run.
    """
    failed = newly_failed(before, after)
    troubled = {name for name in after.units if after.is_troubled(name)}
    if not failed and troubled and set(named) <= troubled:
        return None
    return failed


def no_longer_active(
    before: Snapshot, after: Snapshot, still_wanted: Callable[[str], bool] = lambda _: True
) -> list[str]:
    """Units that ran before and do not run now, by name."""
    return sorted(name for name in before.active - after.active if still_wanted(name))


def _trouble(unit: Unit, settling: Snapshot | None) -> tuple[str, int | None] | None:
    if unit.is_failed or unit.is_retrying:
        return unit.result, unit.exit_status
    earlier = settling.units.get(unit.name) if settling else None
    if settling and unit.loaded and unit.restarts > (earlier.restarts if earlier else 0):
        return 'restarting', unit.exit_status
    return None


def _blocks(text: str) -> Iterator[dict[str, str]]:
    for block in text.split('\n\n'):
        pairs = (line.partition('=') for line in block.splitlines())
        yield {name: value for name, separator, value in pairs if separator}


def _unit(block: dict[str, str]) -> Unit | None:
    name = block.get('Id', '')
    if not name:
        return None
    return Unit(
        name=name,
        active=block.get('ActiveState', ''),
        sub=block.get('SubState', ''),
        result=block.get('Result', ''),
        exit_status=_number(block['ExecMainStatus']) if block.get('ExecMainCode', '0') not in ('', '0') else None,
        restarts=_number(block.get('NRestarts', '')),
        started_seconds=_number(block.get('InactiveExitTimestampMonotonic', '')) / 1e6,
        loaded=block.get('LoadState', 'loaded') != 'not-found',
        transient=block.get('Transient') == 'yes',
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
