"""vps-deploy-recover --guard: a boot that tries a system may hang before anything of ours runs; this brings the old one back.

Started as soon as systemd itself runs, with nothing but the store: no file system of fstab needs to be there yet.
"""

import os
import sys
import time
from contextlib import suppress

from . import clock, gcroots
from .systems import BOOTED, real

_POLL_SECONDS = 0.5
_HOW: tuple[list[str], ...] = ([], ['--force'], ['--force', '--force'])
"""Orderly, then without stopping services, then without even syncing: whoever hangs may hang for all of it."""
_BETWEEN_SECONDS = 60.0


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not arguments[1].isdecimal():
        raise SystemExit('usage: vps-deploy-recover --guard SECONDS')
    return watch(float(arguments[1]))


def watch(seconds: float) -> int:
    """Returns once this boot is no trial, or its trial has been taken up by the worker; else reboots after `seconds`."""
    id = trial_of_this_boot()
    until = clock.monotonic() + seconds
    while id is not None and not _is_taken_up(id):
        if clock.monotonic() > until:
            _clear()
            if _boots_by_default():
                return 0
            _reboot(f'trial boot {id} did not get as far as its checks within {seconds:.0f} s: rebooting into the default')
        time.sleep(_POLL_SECONDS)
    return 0


def trial_of_this_boot() -> str | None:
    """Its id, by the GC root that keeps the system: roots lie beside the store."""
    booted = real(BOOTED)
    directory = f'{gcroots.directory()}/vps-deploy'
    with suppress(FileNotFoundError):
        for name in os.listdir(directory):
            if name.endswith('-trial') and booted is not None and real(f'{directory}/{name}') == booted:
                return name.removesuffix('-trial')
    return None


def _boots_by_default() -> bool:
    """Then a reboot would only lead here again."""
    from . import bootentry

    with suppress(OSError):
        return str(bootentry.default_system()) == real(BOOTED)
    return False


def _is_taken_up(id: str) -> bool:
    from . import config
    from .state import StateDirectory

    # The state directory may not be mounted yet, or never.
    with suppress(OSError, config.ConfigError, ValueError):
        deploy = StateDirectory(config.read().state_dir).deploy(id)
        return deploy.was_begun() or deploy.result() is not None
    return False


def _clear() -> None:
    from . import oneshot

    with suppress(oneshot.OneShotFailed, OSError):
        means = oneshot.means()
        if means is not None:
            means.clear()


def _reboot(why: str) -> None:
    import subprocess

    print(why, file=sys.stderr)
    for how in _HOW:
        subprocess.run(['systemctl', 'reboot', *how], check=False, stdin=subprocess.DEVNULL)
        time.sleep(_BETWEEN_SECONDS)
