"""The new system on trial: activate, settle, check, be confirmed. Ends in a decision."""

import os
import time
from typing import NamedTuple

from . import arming, clock, config, decision, health, results, systemd, units
from .decision import Decision
from .job import ChangedBySomebodyElse, Job
from .process import Canceled
from .state import Confirmation, Stage
from .switchlog import UnitChanges
from .switching import LOCK_BUSY, NEEDS_BOOT, Ran, switch
from .systems import RUNNING, real
from .units import Snapshot

_POLL_SECONDS = 0.05
_SNAPSHOT_SECONDS = 1.0
_BOOT_SECONDS = 300.0
"""For systemd to start what the boot wants, from the moment the trial begins."""
_BOOT_POLL_SECONDS = 0.2


class Bad(Exception):
    """The trial failed: roll back with this exit code and reason."""

    def __init__(self, exit_code: int, reason: str) -> None:
        super().__init__(reason)
        self.exit_code = exit_code
        self.reason = reason


class NeedsBoot(Exception):
    """The switch did nothing: this system only works from a boot on."""


def try_out(job: Job, stage: Stage, was: Snapshot) -> Decision:
    """Returns the decision that stands in the end. Raises Bad, NeedsBoot, Canceled, ChangedBySomebodyElse."""
    ran = _activate(job, stage, was)
    _settle(job, stage, was, ran.said.changes)
    return _confirmed(job)


def boot_up(job: Job, stage: Stage, was: Snapshot) -> Decision:
    """For a system that was booted to be tried: the boot has to come to its end, the rest is as with any other."""
    with job.phase('boot'):
        _await_boot(job)
    _settle(job, stage, was, UnitChanges())
    return _confirmed(job)


def _await_boot(job: Job) -> None:
    until = time.monotonic() + _BOOT_SECONDS
    while systemd.state() in ('initializing', 'starting'):
        if time.monotonic() > until:
            jobs = ', '.join(systemd.jobs()) or 'none that systemd names'
            raise Bad(results.ROLLED_BACK, f'The boot did not come to its end within {_BOOT_SECONDS:.0f} s. It waits for: {jobs}.')
        _pause(job, _BOOT_POLL_SECONDS)


def check_only(job: Job, stage: Stage, was: Snapshot) -> Decision:
    """For a system that runs already and is only to become the default: its checks, and no confirm."""
    with job.phase('settle'):
        _check_health(job, _checks_of(stage))
    return decision.decide(job.deploy.path, 'commit', 'checks')


def _activate(job: Job, stage: Stage, was: Snapshot) -> Ran:
    with job.phase('activate'):
        ran = switch(job, stage.system, 'test', max(job.seconds_left(), 1), stoppable=True)
    _stop_if_decided(job)
    code = ran.ended.code
    if code == NEEDS_BOOT:
        raise NeedsBoot
    if code == LOCK_BUSY and real(RUNNING) == stage.previous:
        raise ChangedBySomebodyElse('another switch-to-configuration got hold of the lock')
    if code == 4 and (failed := units.failed_in_switch(was, units.snapshot(), ran.said.failed)) is not None:
        _report_units(job, ran.said.changes, failed)
        raise Bad(*_of_failed_units(job))
    if code not in (0, 4):
        _report_units(job, ran.said.changes, units.newly_failed(was, units.snapshot()))
        raise Bad(results.ACTIVATION_FAILED, f'The activation failed: {ran.ended.why}.')
    if real(RUNNING) != stage.system:
        raise Bad(results.ACTIVATION_FAILED, f'The activation ended well, but {real(RUNNING)} runs.')
    return ran


def _of_failed_units(job: Job) -> tuple[int, str]:
    failed = job.failed_units
    if failed:
        return results.ROLLED_BACK, f'Units failed that had not before: {", ".join(failed)}.'
    return results.ACTIVATION_FAILED, 'The activation failed: it exited with 4, a unit could not be started or reloaded.'


def _settle(job: Job, stage: Stage, was: Snapshot, changes: UnitChanges) -> None:
    settling = units.snapshot()
    with job.phase('settle'):
        wanted = _checks_of(stage)
        until = time.monotonic() + (wanted.settle_seconds if wanted else job.config.settle_seconds)
        failed = units.newly_failed(was, settling, settling)
        while not failed and time.monotonic() < until:
            _pause(job, min(_SNAPSHOT_SECONDS, max(until - time.monotonic(), 0)))
            failed = units.newly_failed(was, units.snapshot(), settling)
        _report_units(job, changes, failed)
        if failed:
            raise Bad(*_of_failed_units(job))
        _check_health(job, wanted)
    _stop_if_decided(job)


def _checks_of(stage: Stage) -> config.Checks | None:
    try:
        return config.checks_of(stage.system)
    except config.ConfigError as error:
        raise Bad(results.ROLLED_BACK, f"The new system's configuration of vps-deploy is wrong: {error}.") from error


def _check_health(job: Job, wanted: config.Checks | None) -> None:
    if wanted is None or not wanted.health_checks:
        return
    problems = health.run_checks(
        wanted.health_checks, deadline=job.deadline, on_line=job.raw_line('check'), canceled=job.canceled
    )
    if problems:
        raise Bad(results.ROLLED_BACK, ' '.join(problems))


def _report_units(job: Job, changes: UnitChanges, failed: list[units.FailedUnit]) -> None:
    job.failed_units = [entry.unit for entry in failed]
    job.events.append('units', **changes.to_json(), newFailed=[entry.to_json() for entry in failed])


def _confirmed(job: Job) -> Decision:
    if job.asked.confirm_seconds == 0:
        return decision.decide(job.deploy.path, 'commit', 'checks')
    with job.phase('confirm'):
        at = arming.move_deadline(job)
        confirmation = Confirmation(os.urandom(16).hex(), clock.boot_ticks())
        job.deploy.set_confirmation(confirmation)
        left = max(at - clock.monotonic(), 0)
        job.events.append(
            'awaiting-confirm', nonce=confirmation.nonce, deadline=clock.iso_at(at), secondsLeft=round(left)
        )
        return _await_decision(job, at)


def _await_decision(job: Job, at: float) -> Decision:
    while True:
        standing = job.decided()
        if standing is None and clock.monotonic() > at:
            # The timer does the same; whoever is first makes the decision.
            standing = decision.decide(job.deploy.path, 'rollback', 'deadline')
        if standing is not None:
            return standing
        time.sleep(_POLL_SECONDS)


def _pause(job: Job, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        _stop_if_decided(job)
        time.sleep(min(left, _POLL_SECONDS))


def _stop_if_decided(job: Job) -> None:
    if job.decided() is not None:
        raise Canceled


class Reason(NamedTuple):
    """Why it is rolled back, for the result."""

    exit_code: int
    text: str


def reason_of(standing: Decision, job: Job) -> Reason:
    """In words for a person, by who decided."""
    texts = {
        'abort': 'It was aborted after the activation.',
        'deadline': 'It was not confirmed in time: the runner did not reach the new system, or was not satisfied with it.',
        'stop': 'The worker was told to stop before the new system was confirmed.',
        'recover': 'The worker died before the new system was confirmed.',
    }
    waited = job.deploy.confirmation() is not None
    if standing.by == 'deadline' and not waited:
        return Reason(results.ROLLED_BACK, 'The deadline was reached while the new system was being activated or checked.')
    return Reason(results.ROLLED_BACK, texts.get(standing.by, 'The new system was not good.'))
