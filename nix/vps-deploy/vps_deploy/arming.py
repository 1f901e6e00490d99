"""Before anything changes: what to go back to is on disk and rooted, and a timer goes back even if we die."""

import os

from . import before, clock, deadline, files, gcroots, results, systemd, tools
from .job import Ended, Job
from .state import Stage
from .systems import generation, real
from .units import Snapshot, UnitsUnknown, snapshot

WORK_SECONDS = 60
"""What an activation is given besides the time to confirm it."""


def arm(job: Job, system: str, previous: str, *, activated: bool) -> tuple[Stage, Snapshot]:
    """Returns where to go back to, and what the units do now. Raises Ended: then nothing is armed and nothing changed."""
    needed = (job.asked.confirm_seconds if activated else 0) + WORK_SECONDS
    if job.seconds_left() < needed:
        message = f'{max(job.seconds_left(), 0):.0f} s are left, activating and confirming needs {needed} s. Nothing was changed.'
        raise Ended('failed', results.OUT_OF_TIME, message)
    if not job.lock.take(0):
        raise Ended('failed', results.INTERNAL, 'Another switch-to-configuration is running on this host. Nothing was changed.')
    stage = Stage('armed', job.rev, system, previous, real(job.config.profile) or previous, generation(job.config.profile), activated)
    try:
        units_now = snapshot()
        before.save(job.deploy, units_now)
        gcroots.add(job.id, 'system', system)
        gcroots.add(job.id, 'previous', previous)
        job.deploy.set_stage(stage)
        deadline.arm(timer(job, 1, job.deadline, tools.keep(job.deploy)))
    except (OSError, UnitsUnknown, systemd.SystemdFailed) as error:
        files.remove(job.deploy / 'stage.json')
        raise Ended('failed', results.INTERNAL, f'Cannot prepare for a rollback: {error}. Nothing was changed.') from error
    return stage, units_now


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
