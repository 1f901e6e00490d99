"""systemd, asked through its own tools; as root they need no message bus.

While it executes itself anew, as at every update of it, its connections break and it answers nobody for a moment.
"""

import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from .clock import monotonic
from .process import Finished, TimedOut, run

_SECONDS = 30.0
_PATIENCE_SECONDS = 30.0
"""For a systemd that cannot be reached."""
_POLL_SECONDS = 5.0
_FORCE_SECONDS = 300
"""For units to stop before a reboot that has to be."""
_PAUSE_SECONDS = 0.2
_UNREACHABLE = re.compile(
    r'Failed to (connect to bus|get D-Bus connection)|Transport endpoint is not connected|Broken pipe'
    r'|Connection (reset by peer|refused|timed out|terminated)|recipient disconnected|Did not receive a reply'
)
_UNITS_OF_TIME = {
    'y': 31557600.0, 'month': 2629800.0, 'w': 604800.0, 'd': 86400.0, 'h': 3600.0, 'min': 60.0, 's': 1.0,
    'ms': 1e-3, 'us': 1e-6, 'μs': 1e-6,
}  # fmt: skip


class SystemdFailed(Exception):
    """systemd did not do what it was asked; the text says what and why."""


def show(unit: str, *properties: str) -> dict[str, str]:
    """Properties of a unit; a unit that does not exist answers with its defaults. Raises SystemdFailed."""
    return _properties(_checked(_show(unit, properties)))


def show_at_once(unit: str, *properties: str) -> dict[str, str] | None:
    """The same, without patience: None if systemd does not answer now."""
    with suppress(TimedOut):
        done = run(_show(unit, properties), timeout=_POLL_SECONDS)
        return _properties(done.stdout) if done.code == 0 else None
    return None


def _show(unit: str, properties: Sequence[str]) -> list[str]:
    return ['systemctl', 'show', f'--property={",".join(properties)}', *([unit] if unit else [])]


def _properties(text: str) -> dict[str, str]:
    return dict(line.split('=', 1) for line in text.splitlines() if '=' in line)


def start_transient(unit: str, argv: Sequence[str], *, properties: Sequence[str], env: Mapping[str, str]) -> None:
    """Runs a program in a service of its own; returns when it has been started. Raises SystemdFailed."""
    _start(
        unit,
        ['systemd-run', '--quiet', '--no-ask-password', f'--unit={unit}', '--service-type=exec']
        + [f'--property={entry}' for entry in properties]
        + [f'--setenv={name}={value}' for name, value in env.items()]
        + ['--', *argv],
    )


def start_timer(unit: str, on_boot: float, argv: Sequence[str], *, env: Mapping[str, str]) -> None:
    """Arms a timer: `on_boot` is in seconds of systemd's own count since boot. Raises SystemdFailed."""
    _start(
        f'{unit}.timer',
        ['systemd-run', '--quiet', '--no-ask-password', '--collect', f'--unit={unit}', f'--on-boot={on_boot:.3f}s']
        + ['--timer-property=AccuracySec=100ms', '--timer-property=RemainAfterElapse=no']
        + ['--property=OOMScoreAdjust=-900', '--property=OOMPolicy=continue', '--property=KillMode=mixed']
        + ['--property=TimeoutStopSec=5min', '--service-type=exec', '--property=UMask=0077']
        # The timer fires once: what it starts is tried until it has done its work.
        + ['--property=Restart=on-failure', '--property=RestartSec=5s', '--property=StartLimitIntervalSec=0']
        # Not so if that is gone (EXIT_EXEC): it goes when the deploy has its result, maybe in this very moment.
        + ['--property=RestartPreventExitStatus=203']
        + [f'--setenv={name}={value}' for name, value in env.items()]
        + ['--', *argv],
    )


def kill(unit: str) -> None:
    """SIGKILL for everything in the unit."""
    _told('kill', '--signal=KILL', unit)


def end(unit: str) -> None:
    """Kills everything in the unit and forgets it; a unit that is not there is fine."""
    kill(unit)
    stop(unit)
    _told('reset-failed', unit)


def stop(*units: str) -> None:
    _told('stop', *units)


def start(unit: str) -> None:
    _told('start', unit)


def start_units(names: Sequence[str]) -> None:
    """Asks for units to be started, without waiting for them."""
    if names:
        _told('start', '--no-block', '--', *names)


def state() -> str:
    """Of the whole host: starting, running, degraded, stopping …; empty if systemd does not answer."""
    return _told('is-system-running').strip()


def reboot() -> None:
    """Asks for a reboot, which comes after a while even if a unit refuses to stop: systemd itself would wait half an hour."""
    # Without the default dependencies the shutdown does not stop it.
    alive = ['--timer-property=DefaultDependencies=no', '--property=DefaultDependencies=no']
    argv = ['systemd-run', '--quiet', '--collect', *alive, f'--on-active={_FORCE_SECONDS}', 'systemctl', 'reboot', '--force']
    with suppress(TimedOut):
        run(argv, timeout=_SECONDS)
    _told('reboot')


def is_stopping() -> bool:
    """Whether the host is on its way down."""
    return state() == 'stopping'


def jobs() -> list[str]:
    """Units that systemd is about to start or stop."""
    rows = (line.split() for line in _told('list-jobs', '--plain', '--no-legend').splitlines())
    return [row[1] for row in rows if len(row) > 3 and row[3] == 'running']


def is_container() -> bool:
    return os.path.exists('/run/systemd/container')


def seconds_of(timespan: str) -> float:
    """`1h 2min 3.5s` as seconds, as systemctl writes them. Raises ValueError."""
    total = 0.0
    for word in timespan.split():
        match = re.fullmatch(r'([0-9.]+)([a-zμ]+)', word)
        if match is None or match.group(2) not in _UNITS_OF_TIME:
            raise ValueError(f'not a time span of systemd: {timespan!r}')
        total += float(match.group(1)) * _UNITS_OF_TIME[match.group(2)]
    return total


def passed_on() -> dict[str, str]:
    """What a program in a unit of its own needs to find the same programs, configuration and store as we do."""
    names = ('PATH', 'VPS_DEPLOY_CONFIG', 'LOCALE_ARCHIVE', 'NIX_STORE_DIR', 'NIX_STATE_DIR', 'NIX_LOG_DIR', 'NIX_CONF_DIR')
    return {name: os.environ[name] for name in names if name in os.environ}


def _start(unit: str, argv: Sequence[str]) -> None:
    """Once only: if the connection broke, the unit itself tells whether it has been started."""
    until = monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            done = run(argv, timeout=_SECONDS)
        except TimedOut as error:
            raise _failed(argv, str(error)) from error
        if done.code == 0:
            return
        if not _is_unreachable(done) or monotonic() > until:
            raise _failed(argv, _why(done))
        time.sleep(_PAUSE_SECONDS)
        if show(unit, 'ActiveState').get('ActiveState') != 'inactive':
            return


def _told(*arguments: str) -> str:
    """What systemctl said; whether it did as told is for the caller to look at."""
    with suppress(TimedOut):
        return _patiently(['systemctl', *arguments]).stdout
    return ''


def _checked(argv: Sequence[str]) -> str:
    try:
        done = _patiently(argv)
    except TimedOut as error:
        raise _failed(argv, str(error)) from error
    if done.code != 0:
        raise _failed(argv, _why(done))
    return done.stdout


def _patiently(argv: Sequence[str]) -> Finished:
    """Asks again while systemd cannot be reached. Only for what may be done twice."""
    until = monotonic() + _PATIENCE_SECONDS
    while True:
        done = run(argv, timeout=_SECONDS)
        if not _is_unreachable(done) or monotonic() > until:
            return done
        time.sleep(_PAUSE_SECONDS)


def _is_unreachable(done: Finished) -> bool:
    return done.code != 0 and _UNREACHABLE.search(done.stderr) is not None


def _why(done: Finished) -> str:
    return f'exit code {done.code}: {done.stderr.strip() or done.stdout.strip()}'


def _failed(argv: Sequence[str], why: str) -> SystemdFailed:
    return SystemdFailed(f'{" ".join(argv[:2])} failed: {why}')
