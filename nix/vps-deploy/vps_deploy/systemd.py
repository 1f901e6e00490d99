"""systemd, asked through its own tools; as root they need no message bus."""

import os
import re
from collections.abc import Mapping, Sequence

from .process import run

_SECONDS = 30.0
_UNITS_OF_TIME = {
    'y': 31557600.0, 'month': 2629800.0, 'w': 604800.0, 'd': 86400.0, 'h': 3600.0, 'min': 60.0, 's': 1.0,
    'ms': 1e-3, 'us': 1e-6, 'μs': 1e-6,
}  # fmt: skip


class SystemdFailed(Exception):
    """systemd did not do what it was asked; the text says what and why."""


def show(unit: str, *properties: str) -> dict[str, str]:
    """Properties of a unit; a unit that does not exist answers with its defaults."""
    argv = ['systemctl', 'show', f'--property={",".join(properties)}', *([unit] if unit else [])]
    text = _checked(argv)
    return dict(line.split('=', 1) for line in text.splitlines() if '=' in line)


def start_transient(unit: str, argv: Sequence[str], *, properties: Sequence[str], env: Mapping[str, str]) -> None:
    """Runs a program in a service of its own; returns when it has been started. Raises SystemdFailed."""
    _checked(
        ['systemd-run', '--quiet', '--no-ask-password', f'--unit={unit}', '--service-type=exec']
        + [f'--property={entry}' for entry in properties]
        + [f'--setenv={name}={value}' for name, value in env.items()]
        + ['--', *argv]
    )


def start_timer(unit: str, on_boot: float, argv: Sequence[str], *, env: Mapping[str, str]) -> None:
    """Arms a timer: `on_boot` is in seconds of systemd's own count since boot. Raises SystemdFailed."""
    _checked(
        ['systemd-run', '--quiet', '--no-ask-password', '--collect', f'--unit={unit}', f'--on-boot={on_boot:.3f}s']
        + ['--timer-property=AccuracySec=100ms', '--timer-property=RemainAfterElapse=no']
        + ['--property=OOMScoreAdjust=-900', '--property=OOMPolicy=continue', '--property=KillMode=mixed']
        + ['--property=TimeoutStopSec=5min', '--service-type=exec', '--property=UMask=0077']
        + [f'--setenv={name}={value}' for name, value in env.items()]
        + ['--', *argv]
    )


def kill(unit: str) -> None:
    """SIGKILL for everything in the unit."""
    run(['systemctl', 'kill', '--signal=KILL', unit], timeout=_SECONDS)


def end(unit: str) -> None:
    """Kills everything in the unit and forgets it; a unit that is not there is fine."""
    kill(unit)
    run(['systemctl', 'stop', unit], timeout=_SECONDS)
    run(['systemctl', 'reset-failed', unit], timeout=_SECONDS)


def stop(*units: str) -> None:
    run(['systemctl', 'stop', *units], timeout=_SECONDS)


def start_units(names: Sequence[str]) -> None:
    """Asks for units to be started, without waiting for them."""
    if names:
        run(['systemctl', 'start', '--no-block', '--', *names], timeout=_SECONDS)


def is_stopping() -> bool:
    """Whether the host is on its way down."""
    return run(['systemctl', 'is-system-running'], timeout=_SECONDS).stdout.strip() == 'stopping'


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


def _checked(argv: Sequence[str]) -> str:
    done = run(argv, timeout=_SECONDS)
    if done.code != 0:
        raise SystemdFailed(f'{argv[0]} failed ({done.code}): {done.stderr.strip() or done.stdout.strip()}')
    return done.stdout
