"""Everything before the first change: fetch, verify, resolve, build, diff, check."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import build, closure, deadline, declared, disks, gcroots, policy, reboot, results, space, supersede, systems, tools
from .background import Background
from .git import GitFailed, Mirror
from .job import Ended, Job
from .nixlog import BuildLine, EvalError, Event
from .process import TimedOut, run
from .switchlog import SwitchLog
from .systems import BOOTED, RUNNING, real
from .text import escaped
from .units import Snapshot, snapshot

_CHECK_SECONDS = 120.0
_GIST_CHARACTERS = 600
_INHIBITORS_CHECK = 'switchInhibitors'
"""The pre-switch check of NixOS that lists them."""


class Plan(NamedTuple):
    """`boot_reasons`: why only a boot can make the system real."""

    system: str
    previous: str
    boot_reasons: list[str]
    is_running: bool
    is_unchanged: bool
    program: Background[str]
    """The recover program that will survive the deploy."""
    was: Background[Snapshot]
    """The units before anything changed."""


def prepare(job: Job) -> Plan:
    """Raises Ended, Canceled, ChangedBySomebodyElse."""
    previous = real(RUNNING)
    if previous is None:
        raise Ended('failed', results.INTERNAL, f'{RUNNING} leads nowhere: there would be nothing to roll back to.')
    job.known['previousSystem'] = previous
    program = Background(lambda: _ready_to_arm(job))
    system = _rollback_target(job) if job.asked.kind == 'rollback' else _from_commit(job)
    job.known['system'] = system
    asked = Background(lambda: _ask_switch(job, system, previous))
    was = Background(snapshot)
    with job.phase('diff'):
        _diff(job, previous, system)
    with job.phase('check'):
        reasons = _check(job, previous, system, asked)
    unchanged = system == previous == real(job.config.profile)
    return Plan(system, previous, reasons, system == previous, unchanged, program, was)


def _ready_to_arm(job: Job) -> str:
    deadline.base()
    return tools.keep(job.deploy)


def mirror_of(job: Job) -> Mirror:
    with_notes = job.config.resolve != 'evaluate'
    return Mirror(Path(job.state.path) / 'mirror', job.config.repository, _home(job), with_notes=with_notes)


def _home(job: Job) -> Path:
    home = Path(job.state.path) / 'home'
    home.mkdir(mode=0o700, exist_ok=True)
    return home


def _from_commit(job: Job) -> str:
    mirror = mirror_of(job)
    with job.phase('fetch'):
        _fetch(job, mirror)
    with job.phase('verify'):
        rev = _verify(job, mirror)
    with job.phase('resolve'):
        path = recorded_path(job, mirror, rev)
        work = build.Work(job.config, _home(job), job.deadline, nix_events(job), job.canceled, path is not None)
        planned = _resolve(lambda: build.resolve_path(work, path) if path else build.resolve(work, mirror, rev))
    with job.phase('build'):
        system = _build(job, work, planned)
        problem = declared.problem_of(system, rev) if path else None
        if problem:
            raise Ended('refused', results.POLICY, problem)
        return system


def _fetch(job: Job, mirror: Mirror) -> None:
    try:
        mirror.fetch(job.raw_line('git'), max(job.seconds_left(), 1), job.canceled)
    except TimedOut as error:
        raise Ended('failed', results.OUT_OF_TIME, f'The branch could not be fetched in time: {error}') from error
    except GitFailed as error:
        raise Ended('failed', results.UNAVAILABLE, f'{error} Nothing was changed.') from error


def _verify(job: Job, mirror: Mirror) -> str:
    job.rev = job.rev or mirror.tip()
    bases = {'running': _rev_of(RUNNING), 'default': _rev_of(job.config.profile)}
    if real(RUNNING) == real(job.config.profile):
        del bases['default']
    facts = policy.facts_of(job.rev, bases, mirror, job.config)
    refusal = policy.refusal_of(job.rev, facts, job.config)
    if refusal is not None:
        raise Ended('refused', results.POLICY, refusal)
    for warning in policy.warnings_of(facts):
        job.warn(warning)
    later = supersede.by_whom(job, mirror, bases)
    if later is not None:
        job.known['supersededBy'] = later
        raise Ended('superseded', results.OK, f'Deploy {later} waits behind this one and contains its commit.')
    return job.rev


def _rev_of(link: str) -> str | None:
    path = real(link)
    return reboot.revision_of(Path(path)) if path else None


def recorded_path(job: Job, mirror: Mirror, rev: str) -> str | None:
    """The path that is recorded for the commit; None if it is to be evaluated. Raises Ended."""
    if job.config.resolve == 'evaluate':
        return None
    from . import recorded

    records = recorded.records_of(job.config, job.state, mirror)
    try:
        tip = records.tip()
        records.remember(tip, job.state)
        found = records.path_of(rev, tip)
    except recorded.NotRecorded as error:
        if job.config.resolve == 'recorded':
            raise Ended('refused', results.POLICY, str(error)) from error
        job.warn(f'{error} It is evaluated here instead.')
        return None
    except recorded.RecordRefused as error:
        raise Ended('refused', results.POLICY, str(error)) from error
    except GitFailed as error:
        again = f'If the mirror is damaged, remove {mirror.path}: it will be made again.'
        raise Ended('failed', results.UNAVAILABLE, f'The recorded closures cannot be read: {error}. {again}') from error
    job.log.line('git', found.sentence())
    return found.path


def _resolve(ask: Callable[[], build.Resolved]) -> build.Resolved:
    try:
        planned = ask()
    except build.BuildFailed as error:
        raise Ended('failed', results.UNAVAILABLE, gist_of(str(error))) from error
    except build.BuildRefused as error:
        raise Ended('refused', results.POLICY, str(error)) from error
    except build.EvalFailed as error:
        raise Ended('failed', results.UNAVAILABLE, f'The evaluation failed: {gist_of(str(error))}') from error
    except TimedOut as error:
        raise Ended('failed', results.OUT_OF_TIME, 'Out of time while the system was resolved. Nothing was changed.') from error
    full = space.problems(planned.unpacked_bytes, None)
    if full:
        raise Ended('failed', results.UNAVAILABLE, ' '.join(full))
    return planned


def _build(job: Job, work: build.Work, planned: build.Resolved) -> str:
    gcroots.prepare()
    try:
        return str(build.realise(work, planned, gcroots.path(job.id, 'system')))
    except build.BuildRefused as error:
        raise Ended('refused', results.POLICY, str(error)) from error
    except (build.BuildFailed, build.EvalFailed) as error:
        raise Ended('failed', results.UNAVAILABLE, f'The build failed: {gist_of(str(error))}') from error
    except TimedOut as error:
        raise Ended('failed', results.OUT_OF_TIME, 'Out of time during the build. Nothing was changed.') from error


def gist_of(message: str) -> str:
    """Nix's error without the trace above it: the log has all of it."""
    lines = message.strip().splitlines()
    errors = [number for number, line in enumerate(lines) if line.strip().startswith('error: ')]
    short = ' '.join(line.strip() for line in lines[errors[-1] if errors else 0 :])
    return short if len(short) <= _GIST_CHARACTERS else f'{short[:_GIST_CHARACTERS]}…'


def nix_events(job: Job) -> Callable[[Event], None]:
    """Shows what Nix says: errors with their place in the repository, build logs with the name of the derivation."""

    def show(event: Event) -> None:
        if isinstance(event, EvalError):
            job.log.error('nix', event.message, event.to_json())
        elif isinstance(event, BuildLine) and event.continued:
            job.log.line('nix', event.text, continued=True)
        elif isinstance(event, BuildLine):
            name = os.path.basename(event.drv).partition('-')[2].removesuffix('.drv')
            job.log.line('nix', f'{name}> {event.text}')
        else:
            for line in event.text.split('\n'):
                job.log.line('nix', line)

    return show


def _rollback_target(job: Job) -> str:
    """The system before the current one: what the last deploy replaced, else the generation before."""
    default = real(job.config.profile)
    last = job.state.last_committed()
    result = (job.state.deploy(last).result() if last else None) or {}
    target = result.get('previousSystem') if result.get('system') == default else None
    if not isinstance(target, str) or target == default or not os.path.exists(target):
        target = systems.generation_before(job.config.profile)
    if target is None:
        raise Ended('refused', results.POLICY, 'There is no system before the current one on this host.')
    job.rev = reboot.revision_of(Path(target))
    gcroots.add(job.id, 'system', target)
    return target


def _diff(job: Job, previous: str, system: str) -> None:
    try:
        job.events.append('diff', **closure.diff(Path(previous), Path(system)).to_json())
    except closure.StoreUnreadable as error:
        job.warn(f'The difference between the two systems could not be told: {error}')


def _check(job: Job, previous: str, system: str, asked: Background[str]) -> list[str]:
    """Returns why only a boot can make the system real."""
    moved = [] if job.config.allow_disk_changes else disks.layout_problems(Path(previous), Path(system))
    if moved:
        raise Ended('refused', results.POLICY, f'{" ".join(moved)} allowDiskChanges lifts this.')
    full = space.problems(0, Path(system), Path(previous))
    if full:
        raise Ended('failed', results.UNAVAILABLE, ' '.join(full))
    booted = real(BOOTED)
    reasons = reboot.reasons(Path(booted), Path(system)) if booted else []
    if system != previous:
        inhibitors = inhibitors_in(job, asked.result(job.canceled))
        if inhibitors and job.asked.mode == 'test':
            message = f'This cannot be activated in a running system: {"; ".join(inhibitors)}. Deploy it with mode boot.'
            raise Ended('refused', results.POLICY, message)
        reasons = reasons + [reason for reason in inhibitors if reason not in reasons]
    job.known['rebootRequired'] = reasons
    job.known['generation'] = systems.generation(job.config.profile)
    return [] if system == previous else reasons


def _ask_switch(job: Job, system: str, previous: str) -> str:
    """What the new system's own checks say; older systems do not know the question."""
    if system == previous:
        return ''
    argv = [f'{system}/bin/switch-to-configuration', 'check']
    limit = min(_CHECK_SECONDS, max(job.seconds_left(), 1))
    try:
        done = run(argv, timeout=limit)
    except (OSError, TimedOut) as error:
        raise Ended('failed', results.INTERNAL, f'{" ".join(argv)}: {error} Nothing was changed.') from error
    return f'{done.stdout}{done.stderr}'


def inhibitors_in(job: Job, answer: str) -> list[str]:
    """Critical components that must not change under a running system, as the new system's own checks name them.

    Raises Ended if another of its checks failed: no switch of that system would get further.
    """
    said = SwitchLog()
    shown = [said.feed(escaped(line)) for line in answer.splitlines()]
    failed = [name for name in said.failed_checks if not (said.inhibited and name == _INHIBITORS_CHECK)]
    if said.inhibited or failed:
        for line in filter(None, shown):
            job.log.line('switch', line)
    if failed:
        checks = f'Pre-switch check {", ".join(failed)}'
        raise Ended('refused', results.POLICY, f'{checks} of the new system failed. Nothing was changed.')
    return said.inhibitors or ['a critical component changed (switch inhibitor)'] * said.inhibited
