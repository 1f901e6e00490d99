"""Our own switches, and the proof that nobody else's came in between."""

from typing import NamedTuple

from . import handover
from .activation import Switch, Switched
from .job import ChangedBySomebodyElse, Job
from .state import Stage
from .switchlog import SwitchLog
from .systems import RUNNING, generation, real
from .text import printable

LOCK_BUSY = 11
NEEDS_BOOT = 100
_LOCK_SECONDS = 60.0


class Ran(NamedTuple):
    ended: Switched
    said: SwitchLog


def switch(job: Job, system: str, action: str, limit_seconds: float, *, stoppable: bool) -> Ran:
    """Runs one switch with our lock lent to it; shows its own lines, keeps all of them in the root-only switch.log.

    If `stoppable`, a decision to roll back, the deadline and SIGTERM end it. Raises SystemdFailed.
    """
    said = SwitchLog()
    name = {'test': 'activate', 'dry-activate': 'plan', 'boot': 'commit'}[action]
    if not stoppable and action == 'test':
        name = 'rollback'

    def show(_: str, raw: bytes, continued: bool) -> None:
        # No part of a line but the first is looked at: it may be a quotation of anything.
        line = None if continued else said.feed(printable(raw))
        if line is not None:
            job.log.line('switch', line)

    def canceled() -> bool:
        job.log.tick()
        if name == 'rollback':
            handover.leave_if_stopped(job)
        return stoppable and job.canceled()

    unit = f'vps-deploy-{name}-{job.id}.service'
    job.lock.release()
    try:
        ended = Switch(system, action, unit, job.deploy / 'switch.log', limit_seconds).run(show, canceled)
    finally:
        take_lock(job)
        job.log.flush()
    return Ran(ended, said)


def units_of(job: Job) -> list[str]:
    """The units a switch of this deploy may still run in, after whoever watched it has died."""
    return [f'vps-deploy-{name}-{job.id}.service' for name in ('activate', 'plan', 'commit', 'rollback')]


def take_lock(job: Job) -> None:
    if not job.lock.take(_LOCK_SECONDS):
        raise ChangedBySomebodyElse('another switch-to-configuration has been running on this host for a minute')


def expect(job: Job, stage: Stage, running: tuple[str, ...], defaults: tuple[str, ...]) -> None:
    """Raises ChangedBySomebodyElse unless running system and profile are what we left there."""
    now, default = real(RUNNING), real(job.config.profile)
    if now not in running:
        raise ChangedBySomebodyElse(f'the running system is {now}, expected {" or ".join(running)}')
    if default not in defaults:
        raise ChangedBySomebodyElse(f'the profile names {default}, expected {" or ".join(defaults)}')
    number = generation(job.config.profile)
    if default == stage.default and default != stage.system and number != stage.generation:
        raise ChangedBySomebodyElse(f'the profile is at generation {number}, expected {stage.generation}')


