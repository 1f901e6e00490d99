"""The `reboot` request: once per deploy, only for the last committed one, only while it still needs it."""

import os
import subprocess

from . import clock, files
from .spool import Spool
from .state import DeployDirectory, StateDirectory
from .systems import BOOTED, real

_SECONDS_FOR_THE_ANSWER = 1.0


def refusal_of(deploy: DeployDirectory, state: StateDirectory, spool: Spool) -> str | None:
    """Why the host does not reboot for this deploy; None if it may."""
    if state.last_committed() != deploy.id:
        return f'{deploy.id} is not the last deploy that was committed on this host'
    if os.path.exists(deploy / 'reboot'):
        return f'the host was already told to reboot for {deploy.id}'
    waiting = [id for id in spool.queued() if spool.locate(state.path, id).result() is None]
    if waiting:
        return f'deploy {waiting[0]} is active: reboot when it is done'
    system = (deploy.result() or {}).get('system')
    if not isinstance(system, str) or not needed(system):
        return f'the host needs no reboot for {deploy.id}'
    return None


def needed(system: str) -> bool:
    from . import reboot

    booted = real(BOOTED)
    return booted is not None and booted != system and bool(reboot.reasons(booted, system))


def start(deploy: DeployDirectory) -> None:
    """Marks the deploy, and reboots a moment later, so that the answer gets out."""
    temporary = files.temporary_file(deploy / 'reboot', f'{clock.iso()}\n'.encode())
    try:
        os.link(temporary, deploy / 'reboot')
    finally:
        os.unlink(temporary)
    files.sync_directory(deploy.path)
    timer = ['--timer-property=AccuracySec=100ms', f'--on-active={_SECONDS_FOR_THE_ANSWER}']
    argv = ['systemd-run', '--quiet', '--collect', *timer, 'systemctl', 'reboot']
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, timeout=30)
