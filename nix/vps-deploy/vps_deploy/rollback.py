"""Back to what was running, by store path; judged by the state of the host, not by exit codes."""

import time
from typing import NamedTuple

from . import before, files, handover, systemd, units
from .job import HostGoesDown, Job
from .listening import is_listening
from .state import Stage
from .switching import expect, switch, take_lock, units_of
from .systems import RUNNING, real
from .units import Snapshot

ATTEMPTS = 3
LIMIT_SECONDS = 300.0
"""For one switch. Once they are spent no other is begun: what hangs would hang again, and a boot cures that."""
_SETTLE_SECONDS = 30.0
"""For units that are on their way."""
_FINAL_SECONDS = 4.0
"""For everything else: what has failed by then stays so."""
_NOT_OURS = ('vps-deploy-', 'user@', 'user-runtime-dir@', 'sshd@', 'systemd-coredump@')
"""Units that come and go with connections and with the deploy itself."""


class RolledBack(NamedTuple):
    """`problems` is empty if the host is as it was before."""

    problems: list[str]


def roll_back(job: Job, stage: Stage) -> RolledBack:
    """Kills what still activates, runs the old system's `test`, and looks. Raises ChangedBySomebodyElse."""
    handover.leave_if_stopped(job)
    # The old system's switch needs room for its log, or it dies of that.
    files.drop_ballast(job.deploy.path)
    for unit in units_of(job):
        systemd.end(unit)
    take_lock(job)
    expect(job, stage, (stage.system, stage.previous), (stage.default,))
    problems: list[str] = []
    until = time.monotonic() + LIMIT_SECONDS
    for attempt in range(ATTEMPTS):
        problems = _attempt(job, stage)
        if not problems:
            break
        job.warn(f'Rollback, attempt {attempt + 1} of {ATTEMPTS}: {"; ".join(problems)}')
        if time.monotonic() > until:
            break
    return RolledBack(problems)


def _attempt(job: Job, stage: Stage) -> list[str]:
    try:
        ended = switch(job, stage.previous, 'test', LIMIT_SECONDS, stoppable=False).ended
    except systemd.SystemdFailed as error:
        _leave_to_the_boot()
        return [str(error)]
    if ended.code is None:
        _leave_to_the_boot()
    problems = _look(job, stage)
    if problems and ended.code != 0:
        return [f"the old system's switch-to-configuration: {ended.why}", *problems]
    return problems


def _leave_to_the_boot() -> None:
    """A shutdown ends our switch like any other unit, maybe before we are told ourselves."""
    if systemd.is_stopping():
        raise HostGoesDown


def _look(job: Job, stage: Stage) -> list[str]:
    """What is not as it was before; units get a while to come up."""
    was = before.load(job.deploy)
    started = time.monotonic()
    asked_to_start: set[str] = set()
    while True:
        now = units.snapshot()
        missing = _missing(was, now)
        problems = _problems(job, stage, was, now, missing)
        waited = time.monotonic() - started
        patience = _SETTLE_SECONDS if _is_any_starting(now, missing) else _FINAL_SECONDS
        if not problems or waited > patience:
            return problems
        systemd.start_units([name for name in missing if name not in asked_to_start])
        asked_to_start.update(missing)
        time.sleep(0.3)


def _problems(job: Job, stage: Stage, was: Snapshot | None, now: Snapshot, missing: list[str]) -> list[str]:
    problems: list[str] = []
    if (running := real(RUNNING)) != stage.previous:
        problems.append(f'the running system is {running}, not {stage.previous}')
    if missing:
        problems.append(f'units that ran before do not run: {", ".join(missing)}')
    failed = [] if was is None else [failed.unit for failed in units.newly_failed(was, now) if _is_ours(failed.unit)]
    if failed:
        problems.append(f'units failed that had not: {", ".join(failed)}')
    if job.asked.ssh_port is not None and not is_listening(job.asked.ssh_port):
        problems.append(f'nothing listens on the port of sshd, {job.asked.ssh_port}')
    return problems


def _missing(was: Snapshot | None, now: Snapshot) -> list[str]:
    return [] if was is None else units.no_longer_active(was, now, _is_ours)


def _is_any_starting(now: Snapshot, names: list[str]) -> bool:
    return any(name in now.units and now.units[name].active in ('activating', 'deactivating') for name in names)


def _is_ours(name: str) -> bool:
    return not name.startswith(_NOT_OURS)
