"""The timers that roll a deploy back even if nothing of it lives any more.

Only OnBootSec holds: OnActiveSec starts again with every daemon-reload, OnCalendar follows the clock.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from . import systemd
from .clock import monotonic

_TOLERANCE_SECONDS = 1.0


class Timer(NamedTuple):
    """`at` in monotonic seconds; `argv` must survive the deploy."""

    unit: str
    at: float
    argv: Sequence[str]
    env: Mapping[str, str]


def unit_of(id: str, number: int) -> str:
    """`_` does not occur in ids, so no deploy's timer is ever called like another's."""
    return f'vps-deploy-deadline-{id}' if number == 1 else f'vps-deploy-deadline-{id}_{number}'


def arm(timer: Timer) -> None:
    """Arms, and believes it only when systemd itself says when it will fire. Raises SystemdFailed."""
    error = _start_and_compare(timer, timer.at - base())
    if error is not None and abs(error) > _TOLERANCE_SECONDS:
        systemd.stop(f'{timer.unit}.timer')
        error = _start_and_compare(timer, timer.at - base() - error)
    if error is not None and abs(error) > _TOLERANCE_SECONDS:
        systemd.stop(f'{timer.unit}.timer')
        raise systemd.SystemdFailed(f'{timer.unit}.timer would fire {error:+.1f} s off its time')


def disarm(id: str, *numbers: int) -> None:
    systemd.stop(*(f'{unit_of(id, number)}.timer' for number in numbers))


def fire(id: str) -> bool:
    """Starts now what the timer would start, in its own unit; whether it runs."""
    for number in (2, 1):
        unit = f'{unit_of(id, number)}.service'
        if systemd.show(unit, 'LoadState').get('LoadState') == 'loaded':
            systemd.start(unit)
            return systemd.show(unit, 'ActiveState').get('ActiveState') in ('active', 'activating')
    return False


@cache
def base() -> float:
    """Where systemd counts OnBootSec from: the kernel's start, in a container its own. Asked once."""
    if not systemd.is_container():
        return 0.0
    return int(systemd.show('', 'UserspaceTimestampMonotonic')['UserspaceTimestampMonotonic']) / 1e6


def _start_and_compare(timer: Timer, on_boot: float) -> float | None:
    """How many seconds too late it would fire; None if that time is now or past."""
    systemd.start_timer(timer.unit, max(on_boot, 0.0), timer.argv, env=timer.env)
    if timer.at <= monotonic() + _TOLERANCE_SECONDS:
        return None
    said = systemd.show(f'{timer.unit}.timer', 'NextElapseUSecMonotonic').get('NextElapseUSecMonotonic', '')
    try:
        return systemd.seconds_of(said) - timer.at
    except ValueError as error:
        systemd.stop(f'{timer.unit}.timer')
        raise systemd.SystemdFailed(f'{timer.unit}.timer does not say when it fires: {error}') from error
