"""A deploy from its request to its result."""

from collections.abc import Callable

from . import arming, before, commit, decision, moving, results, rollback, systemd, trial, tryout, units
from .decision import Decision
from .job import ChangedBySomebodyElse, Ended, HostGoesDown, Job, Verdict
from .journal import print_traceback
from .prepare import Plan, prepare
from .process import Canceled
from .state import Stage
from .switching import NEEDS_BOOT, switch
from .systems import RUNNING, real
from .tryout import Bad, NeedsBoot, Reason

UNDONE = 'What no rollback undoes: migrated data, removed users, rotated secrets.'
_PLAN_SECONDS = 300.0


def carry_out(job: Job) -> Verdict:
    """Never raises; when it returns, the host is in the state the verdict names."""
    try:
        if job.asked.kind == trial.KIND:
            return _try_boot(job)
        plan = prepare(job)
        return _by_mode(job, plan)
    except Ended as ended:
        return _not_changed(job, ended.verdict)
    except Canceled:
        return _stopped_before(job)
    except ChangedBySomebodyElse as changed:
        return changed_by_somebody_else(job, changed)
    except Exception as error:
        stage = job.deploy.stage()
        if stage is not None:
            return after_a_surprise(job, stage, error)
        print_traceback()
        message = f'{_internal(error)} Nothing was changed.'
        return _not_changed(job, Verdict('failed', results.INTERNAL, message))


def _by_mode(job: Job, plan: Plan) -> Verdict:
    if job.asked.mode == 'dry-activate':
        return _show_plan(job, plan)
    if plan.is_unchanged:
        trial.call_off(job)
        return _not_changed(job, Verdict('unchanged', results.OK, 'This system runs already and is the default.'))
    if job.asked.mode == 'boot' or (job.asked.mode == 'switch' and plan.boot_reasons):
        return _for_next_boot(job, plan)
    return _try_and_commit(job, plan)


def _not_changed(job: Job, verdict: Verdict) -> Verdict:
    """An abort that came first wins over an end that would have changed nothing either."""
    standing = decision.decide(job.deploy.path, 'rollback' if verdict.exit_code else 'commit', 'worker')
    return _stopped_before(job) if standing.by not in ('worker', 'deadline') else verdict


def _stopped_before(job: Job) -> Verdict:
    standing = job.decided() or Decision('rollback', 'recover')
    match standing.by:
        case 'abort':
            return Verdict('aborted', results.ABORTED, 'Aborted before the activation. Nothing was changed.')
        case 'deadline':
            return Verdict('failed', results.OUT_OF_TIME, 'Out of time before the activation. Nothing was changed.')
        case _:
            message = 'The worker was stopped before the activation. Nothing was changed: deploy again.'
            return Verdict('failed', results.INTERNAL, message)


def changed_by_somebody_else(job: Job, changed: ChangedBySomebodyElse) -> Verdict:
    standing = decision.decide(job.deploy.path, 'rollback', 'worker')
    message = (
        f'Changed by somebody else: {changed}. Nothing more was touched (decision: {standing.verb}); '
        'look at the host: running system and profile are as they were found.'
    )
    return Verdict('failed', results.INTERNAL, message)


def _show_plan(job: Job, plan: Plan) -> Verdict:
    with job.phase('activate'):
        ran = switch(job, plan.system, 'dry-activate', min(_PLAN_SECONDS, max(job.seconds_left(), 1)), stoppable=True)
    if job.decided() is not None:
        return _stopped_before(job)
    job.events.append('units', **ran.said.changes.to_json(), newFailed=[])
    if ran.ended.code not in (0, NEEDS_BOOT):
        message = f'switch-to-configuration dry-activate failed: {ran.ended.why}. Nothing was changed.'
        return _not_changed(job, Verdict('failed', results.UNAVAILABLE, message))
    what = f'It would wait for a boot: {"; ".join(plan.boot_reasons)}.' if plan.boot_reasons else 'This is what an activation would do.'
    return _not_changed(job, Verdict('planned', results.OK, f'{what} Nothing was changed.'))


def _for_next_boot(job: Job, plan: Plan) -> Verdict:
    """For the next boot; what runs is not touched, so there is nothing to confirm before that."""
    with job.phase('arm'):
        arming.check_time(job, activated=False)
        trial.call_off(job)
        stage, _ = arming.arm(job, plan, activated=False)
    return schedule(job, stage, plan.boot_reasons)


def schedule(job: Job, stage: Stage, reasons: list[str]) -> Verdict:
    stage = trial.planned(job, stage)
    standing = decision.decide(job.deploy.path, 'commit', 'checks')
    if standing.verb != 'commit':
        return _stopped_before(job)
    return finish_commit(job, stage, trial.scheduled(stage, reasons))


def _try_boot(job: Job) -> Verdict:
    """This boot is the trial: what runs is the new system, the default is the old one."""
    stage = job.deploy.stage()
    if stage is None:
        raise FileNotFoundError(f'{job.deploy.path}/stage.json is missing')
    job.rev = stage.rev
    job.known.update(system=stage.system, previousSystem=stage.previous, generation=stage.generation)
    # Not so the default: whoever has changed that did not choose what runs, and it goes back by the next boot.
    if (running := real(RUNNING)) != stage.system:
        raise ChangedBySomebodyElse(f'the running system is {running}, expected {stage.system}')
    try:
        with job.phase('arm'):
            arming.arm_again(job, stage)
    except Ended as ended:
        reason = Reason(results.ROLLED_BACK, ended.verdict.message)
        return carry_out_decision(job, stage, decision.decide(job.deploy.path, 'rollback', 'worker'), reason)
    was = before.load(job.deploy) or units.Snapshot({})
    return _judge(job, stage, lambda: tryout.boot_up(job, stage, was))


def _try_and_commit(job: Job, plan: Plan) -> Verdict:
    with job.phase('arm'):
        arming.check_time(job, activated=True)
        trial.call_off(job)
        stage, was = arming.arm(job, plan, activated=True)
    how = tryout.check_only if plan.is_running and job.asked.mode == 'switch' else tryout.try_out
    return _judge(job, stage, lambda: how(job, stage, was))


def _judge(job: Job, stage: Stage, tried: Callable[[], Decision]) -> Verdict:
    """Commits or rolls back, as `tried` came to decide."""
    try:
        standing = tried()
        reason = tryout.reason_of(standing, job)
    except Bad as bad:
        reason = Reason(bad.exit_code, bad.reason)
        standing = decision.decide(job.deploy.path, 'rollback', 'worker')
    except Canceled:
        standing = decision.decide(job.deploy.path, 'rollback', 'worker')
        reason = tryout.reason_of(standing, job)
    except NeedsBoot:
        return _not_activated(job, stage)
    except ChangedBySomebodyElse:
        raise
    except Exception as error:
        print_traceback()
        standing = decision.decide(job.deploy.path, 'rollback', 'worker')
        reason = Reason(results.ROLLED_BACK, _internal(error))
    return carry_out_decision(job, stage, standing, reason)


def carry_out_decision(job: Job, stage: Stage, standing: Decision, reason: Reason) -> Verdict:
    """Commits or rolls back, as decided."""
    if standing.verb == 'rollback':
        return go_back(job, stage, reason)
    if not stage.activated:
        return finish_commit(job, stage, trial.scheduled(stage, []))
    if job.asked.kind == trial.KIND:
        good = Verdict('deployed', results.OK, 'Its trial boot was good: it runs, and is the default of the next boot.')
        return finish_commit(job, stage, good)
    if job.asked.mode == 'test':
        return Verdict('deployed', results.OK, 'It runs until the next boot: nothing was committed.')
    return finish_commit(job, stage, Verdict('deployed', results.OK, 'It runs, and is the default of the next boot.'))


def _not_activated(job: Job, stage: Stage) -> Verdict:
    """Exit code 100: the new system's init is of another kind, and nothing was touched."""
    if job.asked.mode == 'test':
        message = 'This system cannot be activated without a boot: deploy it with mode boot. Nothing was changed.'
        return _not_changed(job, Verdict('refused', results.POLICY, message))
    reasons = ['init-interface-version: the running init cannot activate it']
    job.known['rebootRequired'] = reasons
    stage = stage._replace(activated=False)
    job.deploy.set_stage(stage)
    return schedule(job, stage, reasons)


def finish_commit(job: Job, stage: Stage, good: Verdict) -> Verdict:
    """Sets profile and boot entry; if that fails, everything goes back (84)."""
    try:
        with job.phase('commit'):
            _commit(job, stage)
        job.state.set_last_committed(job.id)
        return good
    except ChangedBySomebodyElse:
        raise
    except Exception as error:
        if systemd.is_stopping():
            raise HostGoesDown from error
        print_traceback()
        job.warn(f'The commit failed: {error}')
        return undo_commit(job, stage, str(error))


def _commit(job: Job, stage: Stage) -> None:
    moving.leave_links(job, stage)
    if stage.trial:
        trial.install(job, stage)
        return
    if job.asked.kind == trial.KIND:
        trial.forget_tries(stage)
    commit.commit(job, stage)


def undo_commit(job: Job, stage: Stage, failed: str) -> Verdict:
    """Profile, boot entry and what runs as they were (84); what runs also if the others cannot be set back (82)."""
    # What the commit got done stands there, and nowhere else.
    stage = job.deploy.stage() or stage
    why = f'The commit failed: {failed}.'
    job.deploy.set_stage(stage._replace(name='undoing', exit_code=results.COMMIT_FAILED, reason=why))
    with job.phase('rollback'):
        try:
            _undo(job, stage, failed)
        except ChangedBySomebodyElse:
            raise
        except Exception as error:
            print_traceback()
            text = f'The commit failed: {failed}; and profile or boot entry could not be set back: {error}.'
            back = _back_to_what_ran(job, stage, Reason(results.COMMIT_FAILED, text))
            if back.status == 'failed':
                return back
            return Verdict('failed', results.ROLLBACK_FAILED, f'{back.message} The host does not reboot.')
        text = f'The commit failed: {failed}. Profile and boot entry are the old ones again.'
        return _back_to_what_ran(job, stage, Reason(results.COMMIT_FAILED, text))


def _undo(job: Job, stage: Stage, failed: str) -> None:
    if stage.trial:
        trial.undo_install(job, stage, Verdict('rolled-back', results.COMMIT_FAILED, f'{failed}.'))
    elif job.asked.kind == trial.KIND:
        trial.undo(job, stage)
    else:
        commit.undo(job, stage)


def after_a_surprise(job: Job, stage: Stage, error: Exception) -> Verdict:
    """Something nobody thought of, while the host may be in between: back to what was, as far as that goes."""
    print_traceback()
    try:
        standing = decision.decide(job.deploy.path, 'rollback', 'worker')
        if standing.verb == 'commit':
            return undo_commit(job, stage, _internal(error))
        return _back_to_what_ran(job, stage, Reason(results.ROLLED_BACK, _internal(error)))
    except ChangedBySomebodyElse as changed:
        return changed_by_somebody_else(job, changed)
    except Exception as another:
        print_traceback()
        message = f'{_internal(error)} And the rollback failed: {_internal(another)}{_last_resort(job, stage)} {UNDONE}'
        return Verdict('failed', results.ROLLBACK_FAILED, message)


def _internal(error: Exception) -> str:
    return f'Internal error: {type(error).__name__}: {error}.'


def go_back(job: Job, stage: Stage, reason: Reason) -> Verdict:
    """Rolls back what runs, and says so."""
    known = stage._replace(exit_code=reason.exit_code, reason=reason.text, failed_units=tuple(job.failed_units))
    job.deploy.set_stage(known._replace(name='rolling-back'))
    with job.phase('rollback'):
        return _back_to_what_ran(job, stage, reason)


def _back_to_what_ran(job: Job, stage: Stage, reason: Reason) -> Verdict:
    if not stage.activated:
        return Verdict('rolled-back', reason.exit_code, f'{reason.text} What runs was not touched.')
    if systemd.is_stopping():
        raise HostGoesDown
    if job.asked.kind == trial.KIND:
        return trial.reboot_into_default(job, stage, reason.text)
    try:
        done = rollback.roll_back(job, stage)
    except ChangedBySomebodyElse as changed:
        return changed_by_somebody_else(job, changed)
    except Exception as error:
        print_traceback()
        done = rollback.RolledBack([f'{type(error).__name__}: {error}'])
    if not done.problems:
        return Verdict('rolled-back', reason.exit_code, f'{reason.text} The system that ran before runs again. {UNDONE}')
    problems = '; '.join(done.problems)
    message = f'{reason.text} And the rollback failed: {problems}.{_last_resort(job, stage)} {UNDONE}'
    return Verdict('failed', results.ROLLBACK_FAILED, message)


def _last_resort(job: Job, stage: Stage) -> str:
    """Decides whether a boot is to bring the old default back, and says so."""
    if not job.config.reboot_if_rollback_fails:
        return ' The host does not reboot: rebootIfRollbackFails is false.'
    if commit.boots(stage.default) is False:
        return f' The host does not reboot: its default boot entry names another system than {stage.default}.'
    job.reboots = True
    return ' The host reboots into its old default.'
