"""Before anything changes: what to go back to is on disk and rooted, and a timer goes back even if we die."""

import os

from . import before, clock, deadline, files, gcroots, results, systemd, tools
from .job import Ended, Job
from .prepare import Plan
from .state import Stage
from .systems import generation, real
from .units import Snapshot, UnitsUnknown

WORK_SECONDS = 60
"""What an activation is given besides the time to confirm it."""


def arm(job: Job, plan: Plan, *, activated: bool) -> tuple[Stage, Snapshot]:
    """Returns where to go back to, and what the units did. Raises Ended: then nothing is armed and nothing changed."""
    if not job.lock.take(0):
        raise _ended('Another switch-to-configuration is running on this host.')
    default = real(job.config.profile) or plan.previous
    number = generation(job.config.profile)
    stage = Stage('armed', job.rev, plan.system, plan.previous, default, number, activated)
    try:
        was = plan.was.result(job.canceled)
        before.save(job.deploy, was)
        _secure(job, stage, plan.program.result(job.canceled))
    except (OSError, UnitsUnknown, systemd.SystemdFailed) as error:
        files.remove(job.deploy / 'stage.json')
        raise _ended(f'Cannot prepare for a rollback: {error}.') from error
    return stage, was


def arm_again(job: Job, stage: Stage) -> None:
    """The same for a trial boot, where the switch has happened: its way back leads through another boot. Raises Ended."""
    if not job.lock.take(0):
        raise _ended('Another switch-to-configuration is running on this host.')
    try:
        _secure(job, stage, tools.keep(job.deploy))
    except (OSError, systemd.SystemdFailed) as error:
        raise _ended(f'Cannot prepare for a way back: {error}.') from error


def _secure(job: Job, stage: Stage, program: str) -> None:
    # What is still to be written on the way back finds room, however full the new system makes the disk.
    files.keep_ballast(job.deploy.path)
    gcroots.add(job.id, 'system', stage.system)
    gcroots.add(job.id, 'previous', stage.previous)
    deadline.arm(timer(job, 1, job.deadline, program))
    # Last: as long as it is not there, whoever finds this deploy knows that nothing was changed.
    job.deploy.set_stage(stage)


def check_time(job: Job, *, activated: bool) -> None:
    """Raises Ended if what is left is too little for an activation and its confirm. Nothing may have been touched."""
    needed = (job.asked.confirm_seconds if activated else 0) + WORK_SECONDS
    left = max(job.seconds_left(), 0)
    if left < needed:
        message = f'{left:.0f} s are left, activating and confirming needs {needed} s. Nothing was changed.'
        raise Ended('failed', results.OUT_OF_TIME, message)


def _ended(message: str) -> Ended:
    return Ended('failed', results.INTERNAL, f'{message} Nothing was changed.')


def move_deadline(job: Job) -> float:
    """The deadline of the confirm, if that is sooner; the second timer is armed before the first goes. Returns it."""
    at = min(job.deadline, clock.monotonic() + job.asked.confirm_seconds)
    if at < job.deadline:
        deadline.arm(timer(job, 2, at, recover_program(job)))
        deadline.disarm(job.id, 1)
    return at


def recover_program(job: Job) -> str:
    """The recover program that survives this deploy, as it was kept when the first timer was armed."""
    kept = job.deploy / 'tools/bin/vps-deploy-recover'
    return kept if os.path.exists(kept) else tools.installed()


def timer(job: Job, number: int, at: float, program: str) -> deadline.Timer:
    argv = [program, '--deadline', job.id, '--state-dir', job.config.state_dir]
    return deadline.Timer(deadline.unit_of(job.id, number), at, argv, systemd.passed_on())
