"""The `reboot` request: once per deploy, only for the last committed one, only while it still needs it."""

import os
import subprocess

from . import clock, files
from .spool import Spool
from .state import DeployDirectory, StateDirectory
from .systems import BOOTED, RUNNING, real

_SECONDS_FOR_THE_ANSWER = 1.0


def refusal_of(deploy: DeployDirectory, state: StateDirectory, spool: Spool) -> str | None:
    """Why the host does not reboot for this deploy; None if it may."""
    if state.last_committed() != deploy.id:
        return f'{deploy.id} is not the last deploy that was committed on this host'
    if os.path.exists(deploy / 'reboot'):
        return f'the host was already told to reboot for {deploy.id}'
    tried = _trial_of(deploy, state)
    if tried is not None:
        return f'the trial boot of {deploy.id} is over: {tried}'
    waiting = [id for id in spool.queued() if spool.locate(state.path, id).result() is None]
    if waiting:
        return f'deploy {waiting[0]} is active: reboot when it is done'
    if not needed(deploy.result() or {}, real(BOOTED), real(RUNNING)):
        return f'the host needs no reboot for {deploy.id}'
    return None


def _trial_of(deploy: DeployDirectory, state: StateDirectory) -> object | None:
    """How the boot ended that was to try its system; None if there is none, or it is still to come."""
    id = (deploy.result() or {}).get('trial')
    result = state.deploy(id).result() if isinstance(id, str) else None
    return None if result is None else result['status']


def needed(result: dict[str, object], booted: str | None, running: str | None) -> bool:
    """Whether only a boot makes the committed system of `result` real.

    What the deploy found out counts as well as what the systems say now: a switch that refused to activate it knew
    better. And one that does not even run has nothing but the boot to make it run.
    """
    from . import reboot

    system = result.get('system')
    if not isinstance(system, str) or booted is None or booted == system:
        return False
    return running != system or bool(result.get('rebootRequired')) or bool(reboot.reasons(booted, system))


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
