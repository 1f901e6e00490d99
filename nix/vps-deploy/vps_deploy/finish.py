"""The end of every deploy: result on disk, nothing of it left behind, then the last event."""

import os
import shutil
import sys
import time
from pathlib import Path

from . import deadline, decision, files, gcroots, moving, oneshot, reboot, refusals, results, systemd, tools
from .job import Job, Verdict
from .state import DeployDirectory, StateDirectory
from .systems import BOOTED, RUNNING, real

KEPT_REFUSED = 20
_READ_SECONDS = 3.0
"""For whoever follows the deploy, to read its result before the network goes."""


def finish(job: Job, verdict: Verdict) -> dict[str, object]:
    """Writes the result (unless there is one already) and cleans up; returns the result that stands."""
    job.log.close()
    # Every deploy has a decision: whoever comes later with an abort learns that it is too late.
    decision.decide(job.deploy.path, 'rollback' if verdict.exit_code else 'commit', 'worker')
    stored = job.deploy.result() or store(job, verdict)
    if stored['exitCode'] != results.OK:
        moving.remove_links(job, job.deploy.stage())
    clean_up(job)
    results.publish(job.deploy, job.events)
    with files.locked(job.spool.queue_lock):
        job.spool.dequeue(job.id)
    return stored


def store(job: Job, verdict: Verdict) -> dict[str, object]:
    result = job.result(verdict)
    if verdict.status == 'refused':
        refusals.remember(job.state, job.spool, f'{job.asked.kind} {job.id}', verdict.message)
    job.deploy.set_result(result)
    return result


def clean_up(job: Job) -> None:
    """No timer, unit, lock or GC root stays behind."""
    deadline.disarm(job.id, 1, 2)
    job.lock.release()
    remember(job.state, job.config.profile)
    # First: what is kept until then may be a GC root.
    tools.forget(job.deploy)
    gcroots.remove(job.id)
    files.drop_ballast(job.deploy.path)
    files.forget_temporary(job.deploy.path)
    job.spool.clear_active(job.id)


def remember(state: StateDirectory, profile: str) -> None:
    """What `hello` says and would have to start programs, or be root, to find out."""
    can_try = oneshot.can_try(state.path)
    if can_try != state.can_try_boots():
        state.set_can_try_boots(can_try)
    known = state.revisions()
    systems = [path for link in (RUNNING, BOOTED, profile) if (path := real(link)) is not None]
    wanted = {path: known[path] if path in known else reboot.revision_of(Path(path)) for path in systems}
    if wanted != known:
        state.set_revisions(wanted)


def reboot_if_lost(result: dict[str, object], job: Job) -> None:
    """The last resort: the old system is still the default, so a boot brings it back."""
    if result['exitCode'] == results.ROLLBACK_FAILED and job.reboots:
        print(f'rebooting: {result["message"]}', file=sys.stderr)
        time.sleep(_READ_SECONDS)
        systemd.reboot()


def forget_old(state: StateDirectory, keep_deploys: int, keep_bytes: int) -> None:
    """Removes the oldest finished deploys until few and small enough ones are left; the last committed one stays.

    Refused ones are counted apart: whoever sends many of them displaces nothing.
    """
    found = [(deploy, result) for deploy in state.all() if (result := deploy.result()) is not None]
    refused = [deploy for deploy, result in found if result['status'] == 'refused']
    _forget(refused, KEPT_REFUSED, keep_bytes, None)
    others = [deploy for deploy, result in found if result['status'] != 'refused']
    _forget(others, keep_deploys, keep_bytes, state.last_committed())


def _forget(deploys: list[DeployDirectory], keep_deploys: int, keep_bytes: int, spared: str | None) -> None:
    size = 0
    for number, deploy in enumerate(reversed(deploys), 1):
        size += _size(deploy.path)
        if (number > max(keep_deploys, 1) or (size > keep_bytes and number > 1)) and deploy.id != spared:
            (os.unlink if os.path.islink(deploy.path) else shutil.rmtree)(deploy.path)


def _size(directory: str) -> int:
    with os.scandir(directory) as entries:
        return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
