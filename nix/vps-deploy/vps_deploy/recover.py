"""vps-deploy-recover: gives every deploy without a result the one it has earned. Root.

At boot and before every worker run for all of them; with `--deadline ID` from the timer of one. `--guard SECONDS` is in
guard.py.
"""

import os
import shutil
import sys
import time

from . import clock, commit, config, deadline, decision, files, finish, gcroots, results, story, systemd, trial, tryout
from .decision import Decision
from .events import EventLog
from .job import ChangedBySomebodyElse, HostGoesDown, Job, Stop, Verdict
from .journal import print_traceback
from .spool import Spool
from .state import DeployDirectory, Stage, StateDirectory
from .systems import BOOTED, real

_WORKER = 'vps-deploy-worker.service'
_OBEY_SECONDS = 15.0
"""How long a worker may take to show that it has seen the decision."""
_ROLLBACK_SECONDS = 1500.0
"""Longer than any rollback or commit of a worker that is well."""
_POLL_SECONDS = 0.2


def main(arguments: list[str]) -> int:
    given = _options(arguments)
    stop = Stop()
    spool = Spool()
    try:
        state = StateDirectory(given.get('--state-dir') or config.read().state_dir)
        if '--deadline' in given:
            stop.stays = True
            stop.listen()
            return at_deadline(state.deploy(given['--deadline']), state, spool, stop)
        with files.locked(spool.worker_lock):
            # Not before: whoever only waits for the lock has nothing to finish.
            stop.listen()
            recover_everything(state, spool, stop)
            finish.remember(state, config.read().profile)
    except HostGoesDown:
        pass
    return 0


def _options(arguments: list[str]) -> dict[str, str]:
    given = dict(zip(arguments[::2], arguments[1::2], strict=False))
    if len(arguments) % 2 or set(given) not in ({'--deadline', '--state-dir'}, set[str]()):
        raise SystemExit('usage: vps-deploy-recover [--deadline ID --state-dir DIRECTORY | --guard SECONDS]')
    return given


def at_deadline(deploy: DeployDirectory, state: StateDirectory, spool: Spool, stop: Stop) -> int:
    """Decides to roll back, unless somebody has decided; then sees to it that the decision is carried out."""
    if not deploy.exists() or deploy.result() is not None:
        return 0
    decision.decide(deploy.path, 'rollback', 'deadline')
    lock = _lock_or_kill(deploy, spool)
    try:
        if deploy.result() is None:
            recover_one(deploy, state, spool, stop)
    finally:
        os.close(lock)
    return 0


def _lock_or_kill(deploy: DeployDirectory, spool: Spool) -> int:
    """The worker carries out decisions itself; one that does not even begin to is killed, activation and all.

    Returns the descriptor that holds the worker's lock.
    """
    started = clock.monotonic()
    while True:
        fd = files.try_lock(spool.worker_lock)
        if fd is not None:
            return fd
        waited = clock.monotonic() - started
        limit = _ROLLBACK_SECONDS if _is_obeyed(deploy) else _OBEY_SECONDS
        if waited > limit and deploy.result() is None:
            systemd.kill(_WORKER)
        time.sleep(_POLL_SECONDS)


def _is_obeyed(deploy: DeployDirectory) -> bool:
    """Both ways begin with this mark; the work itself may be silent for minutes."""
    stage = deploy.stage()
    return stage is not None and stage.name in ('committing', 'undoing', 'rolling-back')


def recover_all(state: StateDirectory, spool: Spool, stop: Stop) -> None:
    """Call it with the worker lock held: then nobody works on any deploy."""
    state.prepare()
    files.forget_temporary(spool.root)
    with files.locked(spool.queue_lock):
        state.forget_unfinished()
        queued = spool.queued()
        deploys = [deploy for deploy in state.all() if deploy.exists()]
    for deploy in deploys:
        try:
            if trial.is_scheduled(deploy):
                recover_scheduled(deploy, state, spool, stop)
                continue
            waits = deploy.id in queued and not deploy.was_begun()
            if deploy.result() is None and not waits:
                recover_one(deploy, state, spool, stop)
            elif deploy.result() is not None and (deploy.id in queued or _is_left_behind(deploy, spool)):
                finish.finish(_job(deploy, state, spool, stop), Verdict('failed', results.INTERNAL, ''))
        except (ValueError, KeyError, TypeError):
            active = spool.active()
            if active is not None and active.id == deploy.id:
                raise
            # Files of one old deploy that make no sense must not keep out all new ones.
            print_traceback()
            _set_aside(deploy, state, spool)


def recover_scheduled(deploy: DeployDirectory, state: StateDirectory, spool: Spool, stop: Stop) -> None:
    """A trial that waits for its boot: this may be the one."""
    job = _job(deploy, state, spool, stop)
    stage = deploy.stage()
    verdict = trial.at_boot(job, stage) if stage is not None else None
    if verdict is not None:
        finish.finish(job, verdict)


def _set_aside(deploy: DeployDirectory, state: StateDirectory, spool: Spool) -> None:
    aside = f'{state.deploys}/.broken-{deploy.id}'
    print(f'{deploy.path} cannot be recovered: it is kept as {aside}, to be looked at and removed', file=sys.stderr)
    shutil.rmtree(aside, ignore_errors=True)
    os.rename(deploy.path, aside)
    spool.dequeue(deploy.id)
    deadline.disarm(deploy.id, 1, 2)
    gcroots.remove(deploy.id)


def recover_everything(state: StateDirectory, spool: Spool, stop: Stop) -> None:
    """Also the active deploy that replaced the configuration, and with it the place of the state."""
    active = spool.active()
    states = [state]
    if active is not None and active.state_dir != state.path:
        states.append(StateDirectory(active.state_dir))
    for each in states:
        recover_all(each, spool, stop)
    gcroots.forget_trials({deploy.id for each in states for deploy in each.all()})


def _is_left_behind(deploy: DeployDirectory, spool: Spool) -> bool:
    """It has its result, but who wrote that died, or the power went, before the rest was done."""
    active = spool.active()
    return (active is not None and active.id == deploy.id) or not _is_published(deploy)


def _is_published(deploy: DeployDirectory) -> bool:
    """The result is the last event; it is written when all else of the deploy has been cleaned up."""
    events = EventLog(deploy.path)
    try:
        last = events.last()
    finally:
        events.close()
    return last is not None and last.get('type') == 'result'


def _job(deploy: DeployDirectory, state: StateDirectory, spool: Spool, stop: Stop) -> Job:
    try:
        settings = deploy.config() or config.read()
    except config.ConfigError:
        # Written by another version of these programs: what is left to do is done by what this host says now.
        print_traceback()
        settings = config.read()
    return Job(deploy, spool, settings._replace(state_dir=state.path), stop)


def recover_one(deploy: DeployDirectory, state: StateDirectory, spool: Spool, stop: Stop) -> None:
    job = _job(deploy, state, spool, stop)
    stage = deploy.stage()
    if stage is not None:
        job.rev = stage.rev
        job.failed_units = list(stage.failed_units)
        job.known.update(system=stage.system, previousSystem=stage.previous, generation=stage.generation)
    verdict = _verdict(job, stage)
    result = finish.finish(job, verdict)
    if job.asked.boot_id == clock.boot_id():
        finish.reboot_if_lost(result, job)


def _verdict(job: Job, stage: Stage | None) -> Verdict:
    standing = decision.read(job.deploy.path)
    if stage is None:
        return _before_any_change(job, standing)
    try:
        if job.asked.boot_id != clock.boot_id():
            return after_a_boot(job, stage, standing)
        return _in_the_same_boot(job, stage, standing)
    except ChangedBySomebodyElse as changed:
        return story.changed_by_somebody_else(job, changed)
    except Exception as error:
        return story.after_a_surprise(job, stage, error)


def _in_the_same_boot(job: Job, stage: Stage, standing: Decision | None) -> Verdict:
    standing = standing or decision.decide(job.deploy.path, 'rollback', 'recover')
    job.lock.take(0)
    if stage.name == 'undoing':
        return story.undo_commit(job, stage, 'the worker died while it was being undone')
    reason = tryout.Reason(stage.exit_code, stage.reason) if stage.reason else tryout.reason_of(standing, job)
    return story.carry_out_decision(job, stage, standing, reason)


def _before_any_change(job: Job, standing: Decision | None) -> Verdict:
    if standing is not None and standing.by == 'abort':
        return Verdict('aborted', results.ABORTED, 'Aborted before the activation. Nothing was changed.')
    message = 'The deploy was interrupted before the activation. Nothing was changed: deploy again.'
    return Verdict('failed', results.INTERNAL, message)


def after_a_boot(job: Job, stage: Stage, standing: Decision | None) -> Verdict:
    """Compares what was booted with what was decided; whatever the boot entry says now is made to agree."""
    standing = standing or decision.decide(job.deploy.path, 'rollback', 'recover')
    if stage.trial:
        return trial.after_a_boot(job, stage, standing)
    booted = real(BOOTED)
    if standing.verb == 'commit' and job.asked.mode != 'test' and booted == stage.system:
        job.state.set_last_committed(job.id)
        status = 'deployed' if stage.activated else 'scheduled'
        good = Verdict(status, results.OK, 'It was booted, and is the default of the next boot.')
        return story.finish_commit(job, stage._replace(activated=True), good)
    if standing.verb == 'commit' and job.asked.mode == 'test':
        return Verdict('deployed', results.OK, 'It was confirmed; the host was rebooted since, which ends a test.')
    problem = _set_back(job, stage)
    confirmed = 'It was confirmed, but the host was rebooted before the boot entry was written.'
    unconfirmed = 'The host was rebooted before the new system was confirmed.'
    why = stage.reason or (confirmed if standing.verb == 'commit' else unconfirmed)
    if problem is not None:
        message = f'{why} And profile or boot entry could not be set back: {problem}.'
        return Verdict('failed', results.ROLLBACK_FAILED, message)
    if booted != stage.default:
        message = f'{why} Changed by somebody else: {booted} was booted, expected {stage.default}.'
        return Verdict('failed', results.INTERNAL, message)
    exit_code = stage.exit_code or results.ROLLED_BACK
    return Verdict('rolled-back', exit_code, f'{why} The old default was booted and runs. {story.UNDONE}')


def _set_back(job: Job, stage: Stage) -> str | None:
    """Profile and boot entry of before, if the commit had begun to change them; returns what is wrong."""
    try:
        if job.asked.kind == trial.KIND:
            trial.undo(job, stage)
            return None
        if stage.name not in ('committing', 'undoing'):
            return None
        if real(job.config.profile) != stage.default or commit.boots(stage.default) is False:
            commit.undo(job, stage)
    except ChangedBySomebodyElse:
        raise
    except Exception as error:
        print_traceback()
        return f'{type(error).__name__}: {error}'
    return None
