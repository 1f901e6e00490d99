"""From a commit to a system in the store: evaluated and built (or fetched) by Nix, as the flake at that commit says."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

from . import caches, memory
from .caches import BuildRefused
from .config import Config
from .git import Mirror
from .gitsettings import git_environment, network_settings
from .heard import ALWAYS_SUBSTITUTE, MAX_LINE, Heard, OnEvent
from .nixlog import NOWHERE, Source
from .plan import EvalFailed, Resolved, flake_reference, parse_missing
from .process import OOM_SCORE, TimedOut, never, run, stream
from .text import escaped

_EVALUATING = 'evaluating a NixOS configuration takes 2 to 3 GB.'
_MAX_PLAN_BYTES = 16 << 20
"""Of the list of what is to be fetched: sizes stand above it, and a whole system has thousands of lines."""
_BUILDING = 'building takes as much as its largest step.'

# Strings with their contexts taken away are plain JSON in every version.
_APPLY = 'd: builtins.mapAttrs (_: builtins.unsafeDiscardStringContext) { drv = d.drvPath; out = d.outPath; }'


class BuildFailed(Exception):
    """The system could not be built or fetched."""


class Work(NamedTuple):
    """What every step needs. `home`: private directory for caches; `deadline`: a time of `time.monotonic()`.

    `is_recorded`: the system is known by its path alone. It is fetched and never built, whatever `builds` says, and its
    signatures count, whatever nix.conf says.
    """

    config: Config
    home: Path
    deadline: float
    on_event: OnEvent
    canceled: Callable[[], bool] = never
    is_recorded: bool = False

    @property
    def never_builds(self) -> bool:
        return self.is_recorded or self.config.builds == 'never'

    @property
    def seconds_left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimedOut('There is no time left.')
        return left


def resolve(work: Work, mirror: Mirror, rev: str) -> Resolved:
    """Evaluates the commit and asks what is missing. Raises EvalFailed, BuildRefused, TimedOut, Canceled."""
    repository = work.config.repository
    reference = flake_reference(repository, mirror.path, rev, nix_version() if repository.lfs else ())
    drv, out = _evaluate(work, mirror, rev, reference)
    if os.path.exists(out):
        return Resolved(drv, out)
    if work.never_builds:
        return caches.check_plan(_plan(work, drv, out, out), work.config, is_recorded=False)
    return _plan(work, drv, out, f'{drv}^out')


def resolve_path(work: Work, out: str) -> Resolved:
    """Asks what is missing of a system that is known by its path.

    Raises BuildFailed, BuildRefused, TimedOut, Canceled.
    """
    if os.path.exists(out):
        return Resolved('', out)
    return caches.check_plan(_plan(work, '', out, out), work.config, is_recorded=True)


def realise(work: Work, plan: Resolved, gc_root: str | Path) -> Path:
    """Builds or fetches the system and keeps it from the garbage collector by the link `gc_root`.

    Raises BuildFailed, TimedOut, Canceled; BuildRefused for one that is recorded and cannot be had or believed.
    """
    os.makedirs(os.path.dirname(gc_root), exist_ok=True)
    argv = ['nix', 'build', *_options(work), '--print-out-paths', '--out-link', str(gc_root)]
    # Fetched by its output path: NixOS marks the derivation of a system as never to be substituted.
    argv.append(plan.out if work.never_builds else f'{plan.drv}^out')
    heard, kills = Heard(work.on_event), memory.kills()
    code = _stream(work, argv, heard)
    if code != 0:
        # The kernel may have killed a builder only, and nix says no more than that.
        if work.is_recorded:
            caches.check_fetch(plan.out, heard.warnings())
        said = heard.reason() or f'nix build {_end_of(code)}.'
        raise BuildFailed(' '.join(filter(None, (said, memory.ran_out(_BUILDING, kills)))))
    system = heard.stdout().strip()
    if system == plan.out and work.is_recorded:
        _check_signatures(work, system)
        return Path(system)
    if system != plan.out or not os.path.isdir(system):
        raise BuildFailed(f'nix build gave {escaped(system) or "nothing"} instead of {plan.out}.')
    if not os.access(f'{system}/bin/switch-to-configuration', os.X_OK):
        raise BuildFailed(
            f'{system} has no bin/switch-to-configuration: is it a NixOS system with system.switch.enable?'
        )
    return Path(system)


def nix_version() -> tuple[int, ...]:
    """The version of the `nix` on PATH. Raises EvalFailed if there is none."""
    try:
        said = run(['nix', '--version'], timeout=30).stdout
    except OSError as error:
        raise EvalFailed(f'nix cannot be started: {error}') from error
    # Other makers put a name and a version of their own in front: `nix (Determinate Nix 3.4.0) 2.28.3`.
    match = re.match(r'(\d+)\.(\d+)(?:\.(\d+))?', (said.split() or [''])[-1])
    if not match:
        raise EvalFailed(f'nix --version said {escaped(said.strip())!r}.')
    return tuple(int(part) for part in match.groups() if part is not None)


def _evaluate(work: Work, mirror: Mirror, rev: str, reference: str) -> tuple[str, str]:
    name = work.config.configuration
    if not re.fullmatch(r'[\w.+@-]+', name):
        raise EvalFailed(f'configuration is {escaped(name)!r}: letters, digits and ._+@- are possible.')
    installable = f'{reference}#nixosConfigurations."{name}".config.system.build.toplevel'
    # Without --no-write-lock-file: with it an outdated lock file is brought up to date in memory, and no error.
    locked = ['--no-update-lock-file', '--option', 'eval-cache', 'false']
    options = [*_options(work), *locked]
    heard, kills = Heard(work.on_event, hold_errors=True), memory.kills()
    code = _stream(work, ['nix', 'eval', '--json', *options, installable, '--apply', _APPLY], heard)
    if code != 0:
        source = _source(work, mirror, rev, reference)
        error = heard.release(source)
        said = error.message if error else f'nix eval {_end_of(code)}.'
        raise EvalFailed(' '.join(filter(None, (said, memory.ran_out(_EVALUATING, kills)))), error)
    heard.release(NOWHERE)
    try:
        answer = cast(dict[str, str], json.loads(heard.stdout()))
        return answer['drv'], answer['out']
    except (ValueError, KeyError, TypeError) as error:
        raise EvalFailed(f'nix eval gave no derivation: {escaped(heard.stdout()[:200])}') from error


def _end_of(code: int) -> str:
    if code == -signal.SIGKILL:
        return 'was killed (signal 9)'
    return f'was ended by signal {-code}' if code < 0 else f'ended with {code} and said nothing'


def _source(work: Work, mirror: Mirror, rev: str, reference: str) -> Source:
    """Asked only after a failure: where the flake's files lie in the store."""
    argv = ['nix', 'flake', 'metadata', '--json', *_options(work), '--no-update-lock-file', reference]
    try:
        done = run(argv, timeout=min(60.0, work.seconds_left), env=_environment(work))
        path = cast(dict[str, object], json.loads(done.stdout)).get('path') if done.code == 0 else None
    except (OSError, TimedOut, ValueError):
        path = None
    return Source(path if isinstance(path, str) else None, partial(mirror.has_file, rev))


def _plan(work: Work, drv: str, out: str, target: str) -> Resolved:
    options = _options(work, log_format='raw')
    argv = ['nix', 'build', '--dry-run', *options, '--no-link', target]
    env = _environment(work)
    done = run(argv, timeout=work.seconds_left, env=env, canceled=work.canceled, max_stderr=_MAX_PLAN_BYTES)
    missing = parse_missing(done.stderr)
    # An output path that no cache has is an error or a line of the list, depending on the version.
    unknown = missing.unknown or (() if done.code == 0 else (target,))
    if unknown and (silent := caches.silent_one(done.stderr)):
        raise BuildFailed(f'A cache did not answer, and no other has what is needed: {silent}')
    # What fails for another reason does not name the path: nix.conf is wrong, what a cache answers is damaged.
    if done.code != 0 and not (work.never_builds and (missing.unknown or target in done.stderr)):
        failed = BuildFailed if work.is_recorded else EvalFailed
        raise failed(f'nix build --dry-run ended with {done.code}: {escaped(done.stderr.strip()[-2000:])}')
    return Resolved(drv, out, missing.to_build, missing.to_fetch, unknown, missing.download_bytes, missing.unpacked_bytes)


def _check_signatures(work: Work, system: str) -> None:
    """Nix has looked at what it fetched; what was in the store before it would take as it is."""
    argv = ['nix', 'store', 'verify', *_options(work, log_format='raw'), '--quiet', '--no-contents', '--recursive', system]
    try:
        done = run(argv, timeout=work.seconds_left, env=_environment(work), canceled=work.canceled)
    except OSError as error:
        raise BuildFailed(f'nix cannot be started: {error}') from error
    caches.check_store(system, done.stderr)
    if done.code != 0:
        raise BuildFailed(f'nix store verify {_end_of(done.code)}: {escaped(done.stderr.strip()[-2000:])}')


def _options(work: Work, log_format: str = 'internal-json') -> list[str]:
    config = work.config
    options = {'accept-flake-config': 'false', ALWAYS_SUBSTITUTE: 'true'}
    if config.substituters:
        options['extra-substituters'] = ' '.join(config.substituters)
    if config.trusted_public_keys:
        options['extra-trusted-public-keys'] = ' '.join(config.trusted_public_keys)
    if work.never_builds:
        # CI may have uploaded since what was not there a moment ago.
        options |= {'max-jobs': '0', 'builders': '', 'fallback': 'false', 'narinfo-cache-negative-ttl': '0'}
        options['substitute'] = 'true'
    if work.is_recorded:
        options['require-sigs'] = 'true'
    pairs = (('--option', name, value) for name, value in options.items())
    features = ('--extra-experimental-features', 'nix-command flakes')
    return [*features, '--log-format', log_format, *(part for pair in pairs for part in pair)]


def _environment(work: Work) -> dict[str, str]:
    # Nix runs git for the mirror and for inputs; the mirror is a file, and inputs may come by any protocol.
    settings = {'core.hooksPath': '/dev/null', 'core.fsmonitor': 'false', **network_settings(work.config.repository)}
    return git_environment(work.home, settings, work.config.repository)


def _stream(work: Work, argv: Sequence[str], heard: Heard) -> int:
    try:
        return stream(
            argv,
            on_line=heard.take,
            timeout=work.seconds_left,
            env=_environment(work),
            canceled=work.canceled,
            oom_score_adj=OOM_SCORE,
            max_line=MAX_LINE,
        )
    except OSError as error:
        raise EvalFailed(f'nix cannot be started: {error}') from error


__all__ = ['BuildFailed', 'BuildRefused', 'EvalFailed', 'Resolved', 'Work', 'nix_version', 'realise', 'resolve', 'resolve_path']
