"""Trial boot: a system that only a boot can start is started once, and becomes the default only when that is confirmed.

The deploy that built it ends with `scheduled` and names another one, of kind `trial`, which exists from then on:

    scheduled     a generation and a boot entry stand ready, the loader starts them once; the old default stays
    (the boot)    recover finds that this system was booted, and puts the trial into the queue
    settle, confirm, commit    as with any deploy; who is not satisfied reboots into the old default

Every other boot means that the new system did not come up. A deploy that changes anything calls a scheduled trial off.
"""

import os
import time

from . import before, clock, commit, config, decision, files, finish, gcroots, oneshot, results, systemd
from .decision import Decision
from .events import EventLog
from .job import Ended, HostGoesDown, Job, Verdict
from .journal import print_traceback
from .state import DeployDirectory, Stage, StateDirectory
from .switching import expect
from .systems import BOOTED, RUNNING, generation, is_generation, real

KIND = 'trial'
SCHEDULED = 'scheduled'
_REBOOT_SECONDS = 600.0
"""Longer than any reboot; whoever begins one is told to stop by it."""


def planned(job: Job, stage: Stage) -> Stage:
    """The stage of a deploy that ends with a trial being scheduled, where the loader can; else as it was."""
    # What is the default already is started by any boot: nothing would be left to go back to.
    has_a_way_back = stage.generation is not None and stage.default != stage.system
    if job.asked.mode != 'switch' or not has_a_way_back or not oneshot.can_try(job.state.path):
        return stage
    with_trial = stage._replace(trial=f'trial-{os.urandom(8).hex()}')
    job.deploy.set_stage(with_trial)
    return with_trial


def install(job: Job, stage: Stage) -> None:
    """Makes everything ready for the boot. May be repeated. Raises CommitFailed and ChangedBySomebodyElse."""
    expect(job, stage, (stage.previous,), (stage.default, stage.system))
    _look_at_its_programs(job, stage)
    stage = _with_generation(job, stage._replace(name='committing'))
    _create(job, stage)
    commit.install_boot_entry(job, stage.default)
    try:
        means = oneshot.means()
        if means is None:
            raise oneshot.OneShotFailed('the boot loader cannot start an entry once any more')
        means.set(stage.system, stage.default)
    except (oneshot.OneShotFailed, OSError) as error:
        hint = 'mode boot makes a system the default of the next boot without trying it'
        raise commit.CommitFailed(f'the boot loader could not be told to start it once: {error} ({hint})') from error
    job.known.update(generation=stage.generation, trial=stage.trial)


def _look_at_its_programs(job: Job, stage: Stage) -> None:
    """It is the new system's own vps-deploy that judges the boot, and goes back."""
    try:
        wanted = config.checks_of(stage.system)
    except config.ConfigError as error:
        raise commit.CommitFailed(f"the new system's configuration of vps-deploy is wrong: {error}") from error
    if wanted is None:
        job.warn('The new system is not set up for vps-deploy: nobody there ends its trial but another boot.')


def _with_generation(job: Job, stage: Stage) -> Stage:
    job.deploy.set_stage(stage)
    profile = job.config.profile
    if not is_generation(profile, stage.ready, stage.system):
        if real(profile) != stage.system:
            commit.nix_env(job, '--set', stage.system)
        stage = stage._replace(ready=generation(profile))
        job.deploy.set_stage(stage)
    if generation(profile) != stage.generation:
        commit.nix_env(job, '--switch-generation', str(stage.generation))
    return stage


def _create(job: Job, stage: Stage) -> None:
    """The deploy that will try it, complete before it has its name."""
    gcroots.add(stage.trial, 'trial', stage.system)
    existing = job.state.deploy(stage.trial)
    if existing.exists():
        if existing.asked().kind != KIND:
            raise commit.CommitFailed(f'there is another deploy called {stage.trial}')
        return
    asked = job.asked._replace(kind=KIND, id=stage.trial, rev=stage.rev, accepted=clock.monotonic())
    new = job.state.create(asked)
    new.set_stage(stage._replace(name=SCHEDULED, activated=True, previous=stage.default, trial=''))
    was = before.load(job.deploy)
    if was is not None:
        before.save(new, was)
    events = EventLog(new.path)
    events.accept(asked, job.config.configuration)
    events.close()
    job.state.publish(new, asked.id)


def forget_tries(stage: Stage) -> None:
    """Whoever confirmed it has judged its boot: the loader need not count any more. Raises CommitFailed."""
    try:
        means = oneshot.means()
        if means is not None:
            means.forget_tries(stage.system)
    except (oneshot.OneShotFailed, OSError) as error:
        raise commit.CommitFailed(f'the boot entry could not be made a good one: {error}') from error


def undo(job: Job, stage: Stage) -> None:
    """No generation, no entry and no request to the loader is left. May be repeated. Raises CommitFailed.

    A profile that somebody else has set meanwhile is left alone.
    """
    try:
        means = oneshot.means()
        if means is not None:
            means.clear()
    except (oneshot.OneShotFailed, OSError) as error:
        raise commit.CommitFailed(f'the boot loader still starts {stage.system} next: {error}') from error
    _remove_generation(job, stage)
    now = real(job.config.profile)
    if now is not None and (now == stage.default or commit.boots(now)):
        commit.reinstall_boot_entry(job, now)


def _remove_generation(job: Job, stage: Stage) -> None:
    profile = job.config.profile
    current = generation(profile)
    # Whoever was killed right after he had made it could not write down its number.
    made = current if stage.ready is None else stage.ready
    if made is None or made == stage.generation or not is_generation(profile, made, stage.system):
        return
    if made == current:
        commit.nix_env(job, '--switch-generation', str(stage.generation))
    commit.nix_env(job, '--delete-generations', str(made))


def undo_install(job: Job, stage: Stage, why: Verdict) -> None:
    """For a deploy that could not schedule it after all: `why` becomes of the trial. Raises CommitFailed."""
    undo(job, stage)
    gcroots.remove(stage.trial)
    deploy = job.state.deploy(stage.trial)
    if deploy.exists() and deploy.result() is None:
        theirs = Job(deploy, job.spool, job.config, job.stop)
        _know(theirs, stage)
        finish.finish(theirs, why)


def after_a_boot(job: Job, stage: Stage, standing: Decision) -> Verdict:
    """The host went down while a trial was being scheduled. If this boot tries it, all had been done but to say so."""
    if standing.verb == 'commit' and real(BOOTED) == stage.system and job.state.deploy(stage.trial).exists():
        job.state.set_last_committed(job.id)
        job.known['trial'] = stage.trial
        return scheduled(stage, [])
    why = Verdict('rolled-back', results.ROLLED_BACK, 'The host was rebooted before its trial boot was scheduled.')
    try:
        undo_install(job, stage, why)
    except Exception as error:
        print_traceback()
        text = f'{why.message} And what was made ready could not be taken away: {type(error).__name__}: {error}.'
        return Verdict('failed', results.ROLLBACK_FAILED, text)
    return why


def scheduled(stage: Stage, reasons: list[str]) -> Verdict:
    """The good end of a deploy that only a boot can make real."""
    why = f' It needs a boot: {"; ".join(reasons)}.' if reasons else ''
    if not stage.trial:
        return Verdict('scheduled', results.OK, f'The default from the next boot on.{why}')
    text = f'The next boot tries it, as deploy {stage.trial}; until that is confirmed, the old system stays the default.'
    return Verdict('scheduled', results.OK, f'{text}{why}')


def scheduled_in(state: StateDirectory) -> list[DeployDirectory]:
    """Trials that wait for their boot: one at most, unless something went very wrong."""
    return [deploy for deploy in state.all() if is_scheduled(deploy)]


def is_scheduled(deploy: DeployDirectory) -> bool:
    stage = deploy.stage()
    return (
        stage is not None
        and stage.name == SCHEDULED
        and deploy.result() is None
        and not deploy.was_begun()
    )


def call_off(job: Job) -> None:
    """Before a deploy changes anything: whatever happens to it, a boot leads back to the old default. Raises Ended."""
    for deploy in scheduled_in(job.state):
        if not job.lock.take(0):
            message = 'Another switch-to-configuration is running on this host. Nothing was changed.'
            raise Ended('failed', results.INTERNAL, message)
        job.warn(f'The trial boot {deploy.id} is called off.')
        _call_off(job, deploy)


def _call_off(job: Job, deploy: DeployDirectory) -> None:
    """`job` is the deploy that calls it off, and shows what has to be done for that."""
    stage = deploy.stage()
    assert stage is not None
    theirs = Job(deploy, job.spool, job.config, job.stop)
    _know(theirs, stage)
    # Whoever finds it later knows that no boot tries it any more.
    standing = decision.decide(deploy.path, 'rollback', 'worker')
    try:
        undo(job, stage)
    except commit.CommitFailed as error:
        message = f'The trial boot {deploy.id} could not be called off: {error}. Nothing else was changed.'
        raise Ended('failed', results.INTERNAL, message) from error
    if standing.by == 'abort':
        finish.finish(theirs, _stopped(standing))
        return
    theirs.known['supersededBy'] = job.id
    message = f'Deploy {job.id} came before the boot that was to try it.'
    finish.finish(theirs, Verdict('superseded', results.OK, message))


def _know(job: Job, stage: Stage) -> None:
    job.rev = stage.rev
    job.known.update(system=stage.system, previousSystem=stage.previous, generation=stage.generation)


def give_up(job: Job, stage: Stage, why: Verdict) -> Verdict:
    """Takes away what was made ready; `why` is what becomes of the trial if that works."""
    _know(job, stage)
    job.lock.take(0)
    try:
        undo(job, stage)
    except Exception as error:
        print_traceback()
        text = f'{why.message} And what was made ready could not be taken away: {type(error).__name__}: {error}.'
        return Verdict('failed', results.ROLLBACK_FAILED, text)
    return why


def at_boot(job: Job, stage: Stage) -> Verdict | None:
    """What becomes of a scheduled trial, asked by recover; None if it waits still, or its turn has come now."""
    is_same_boot = job.asked.boot_id == clock.boot_id()
    if not is_same_boot and real(BOOTED) == stage.system and real(RUNNING) == stage.system:
        # Also one that was aborted just before: what runs is the new system, and only a boot leads back.
        _begin(job, stage)
        return None
    standing = decision.read(job.deploy.path)
    if standing is not None:
        return give_up(job, stage, _stopped(standing))
    if is_same_boot:
        return None
    _know(job, stage)
    rewritten = generation(job.config.profile) != stage.generation
    perhaps = ', or it was never started: the profile was set by somebody else meanwhile' if rewritten else ''
    text = f'It did not come up: this boot was to try it, but {real(BOOTED)} was booted{perhaps}.'
    return give_up(job, stage, Verdict('rolled-back', results.ROLLED_BACK, text))


def _stopped(standing: Decision) -> Verdict:
    if standing.by in ('abort', 'worker'):
        how = 'Aborted' if standing.by == 'abort' else 'Called off by another deploy'
        return Verdict('aborted', results.ABORTED, f'{how} before the boot that was to try it. Nothing was changed.')
    return Verdict('failed', results.INTERNAL, f'It was stopped before its boot ({standing.by}). Nothing was changed.')


def _begin(job: Job, stage: Stage) -> None:
    """Once, in the boot that tries it; may be repeated until the worker has taken it up."""
    try:
        means = oneshot.means()
        if means is not None:
            # A loader that could not forget it would start it again and again.
            means.clear()
    except (oneshot.OneShotFailed, OSError):
        print_traceback()
    with files.locked(job.spool.queue_lock):
        # Before all that came at this boot, and also where an abort has put it there already.
        job.spool.dequeue(job.id)
        job.spool.enqueue(job.id, is_first=True)
    job.deploy.write_request(job.asked._replace(accepted=clock.monotonic(), boot_id=clock.boot_id()))
    job.deploy.set_stage(stage._replace(name='armed'))


def reboot_into_default(job: Job, stage: Stage, reason: str) -> Verdict:
    """The way back from a trial. Its result is written by recover, in the next boot; returns only if that cannot be."""
    if commit.boots(stage.system):
        text = f'{reason} And the host does not reboot: its default boot entry names this system.'
        return Verdict('failed', results.ROLLBACK_FAILED, text)
    systemd.reboot()
    gone_down = clock.monotonic() + _REBOOT_SECONDS
    while clock.monotonic() < gone_down and not job.stop.wanted:
        time.sleep(0.2)
    raise HostGoesDown
