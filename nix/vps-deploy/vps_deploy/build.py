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

from . import memory
from .config import Config
from .git import Mirror, git_environment, network_settings
from .nixlog import NOWHERE, EvalError, Event, Message, NixLog, Source
from .plan import EvalFailed, Resolved, flake_reference, parse_missing
from .process import OOM_SCORE, TimedOut, never, run, stream
from .text import escaped

_NIX_LINE = 1 << 20
_KEPT_ERRORS = 20
_EVALUATING = 'evaluating a NixOS configuration takes 2 to 3 GB.'
_BUILDING = 'building takes as much as its largest step.'

# NixOS marks a system as not to be substituted, though a cache has it. Nix 2.18 does not know this and says so.
_ALWAYS_SUBSTITUTE = 'always-allow-substitutes'

OnEvent = Callable[[Event], None]


# Strings with their contexts taken away are plain JSON in every version.
_APPLY = 'd: builtins.mapAttrs (_: builtins.unsafeDiscardStringContext) { drv = d.drvPath; out = d.outPath; }'


class BuildFailed(Exception):
    """The system could not be built or fetched."""


class BuildRefused(Exception):
    """`builds` is `never`, and the system cannot be fetched whole. Nothing was touched."""


class Work(NamedTuple):
    """What every step needs. `home`: private directory for caches; `deadline`: a time of `time.monotonic()`."""

    config: Config
    home: Path
    deadline: float
    on_event: OnEvent
    canceled: Callable[[], bool] = never

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
    if work.config.builds == 'never':
        return _check_fetchable(_plan(work, drv, out, out), work.config)
    return _plan(work, drv, out, f'{drv}^out')


def realise(work: Work, plan: Resolved, gc_root: str | Path) -> Path:
    """Builds or fetches the system and keeps it from the garbage collector by the link `gc_root`.

    Raises BuildFailed, TimedOut, Canceled.
    """
    never_build = work.config.builds == 'never'
    os.makedirs(os.path.dirname(gc_root), exist_ok=True)
    argv = ['nix', 'build', *_options(work.config), '--print-out-paths', '--out-link', str(gc_root)]
    # Fetched by its output path: NixOS marks the derivation of a system as never to be substituted.
    argv.append(plan.out if never_build else f'{plan.drv}^out')
    heard, kills = _Heard(work.on_event), memory.kills()
    code = _stream(work, argv, heard)
    if code != 0:
        # The kernel may have killed a builder only, and nix says no more than that.
        said = heard.reason() or f'nix build {_end_of(code)}.'
        raise BuildFailed(' '.join(filter(None, (said, memory.ran_out(_BUILDING, kills)))))
    system = heard.stdout().strip()
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
    options = [*_options(work.config), *locked]
    heard, kills = _Heard(work.on_event, hold_errors=True), memory.kills()
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
    argv = ['nix', 'flake', 'metadata', '--json', *_options(work.config), '--no-update-lock-file', reference]
    try:
        done = run(argv, timeout=min(60.0, work.seconds_left), env=_environment(work))
        path = cast(dict[str, object], json.loads(done.stdout)).get('path') if done.code == 0 else None
    except (OSError, TimedOut, ValueError):
        path = None
    return Source(path if isinstance(path, str) else None, partial(mirror.has_file, rev))


def _plan(work: Work, drv: str, out: str, target: str) -> Resolved:
    options = _options(work.config, log_format='raw')
    done = run(
        ['nix', 'build', '--dry-run', *options, '--no-link', target], timeout=work.seconds_left, env=_environment(work)
    )
    missing = parse_missing(done.stderr)
    # An output path that no cache has is an error or a line of the list, depending on the version.
    unknown = missing.unknown or (() if done.code == 0 else (target,))
    if done.code != 0 and work.config.builds != 'never':
        raise EvalFailed(f'nix build --dry-run ended with {done.code}: {escaped(done.stderr.strip()[-2000:])}')
    return Resolved(drv, out, missing.to_build, missing.to_fetch, unknown, missing.download_bytes, missing.unpacked_bytes)


def _check_fetchable(plan: Resolved, config: Config) -> Resolved:
    lacking = [*plan.to_build, *plan.unknown]
    if not lacking:
        return plan
    first = ', '.join(os.path.basename(path) for path in lacking[:3])
    more = f' and {len(lacking) - 3} more' if len(lacking) > 3 else ''
    raise BuildRefused(
        f'builds is "never", and no cache this host trusts has {first}{more}: '
        f'wait until CI has uploaded {plan.out}, or check substituters ({" ".join(config.substituters) or "nix.conf"}).'
    )


def _options(config: Config, log_format: str = 'internal-json') -> list[str]:
    options = {'accept-flake-config': 'false', _ALWAYS_SUBSTITUTE: 'true'}
    if config.substituters:
        options['extra-substituters'] = ' '.join(config.substituters)
    if config.trusted_public_keys:
        options['extra-trusted-public-keys'] = ' '.join(config.trusted_public_keys)
    if config.builds == 'never':
        options |= {'max-jobs': '0', 'builders': '', 'fallback': 'false'}
    pairs = (('--option', name, value) for name, value in options.items())
    features = ('--extra-experimental-features', 'nix-command flakes')
    return [*features, '--log-format', log_format, *(part for pair in pairs for part in pair)]


def _environment(work: Work) -> dict[str, str]:
    # Nix runs git for the mirror and for inputs; the mirror is a file, and inputs may come by any protocol.
    settings = {'core.hooksPath': '/dev/null', 'core.fsmonitor': 'false', **network_settings(work.config.repository)}
    return git_environment(work.home, settings, work.config.repository)


def _stream(work: Work, argv: Sequence[str], heard: '_Heard') -> int:
    try:
        return stream(
            argv,
            on_line=heard.take,
            timeout=work.seconds_left,
            env=_environment(work),
            canceled=work.canceled,
            oom_score_adj=OOM_SCORE,
            max_line=_NIX_LINE,
        )
    except OSError as error:
        raise EvalFailed(f'nix cannot be started: {error}') from error


class _Heard:
    """Nix's lines: events are passed on, errors kept (held back until it is known where the sources lie)."""

    def __init__(self, on_event: OnEvent, hold_errors: bool = False) -> None:
        self._on_event, self._hold = on_event, hold_errors
        self._log = NixLog()
        self._stdout = b''
        self._held: list[bytes] = []
        self._errors: list[EvalError] = []

    def take(self, name: str, raw: bytes, continued: bool) -> None:
        if name == 'stdout':
            self._stdout = (self._stdout + raw + b'\n')[:_NIX_LINE]
            return
        event = self._log.feed_more(raw) if continued else self._log.feed(raw)
        if isinstance(event, EvalError):
            if self._hold:
                self._held = [*self._held, raw][-_KEPT_ERRORS:]
                return
            self._errors = [*self._errors, event][-_KEPT_ERRORS:]
        if event is not None and not _is_chatter(event):
            self._on_event(event)

    def release(self, source: Source) -> EvalError | None:
        """Passes on the errors held back, with their places; returns the one to show first."""
        log = NixLog(source)
        errors = [event for event in map(log.feed, self._held) if isinstance(event, EvalError)]
        for error in errors:
            self._on_event(error)
        return next((error for error in errors if error.file), errors[-1] if errors else None)

    def stdout(self) -> str:
        return self._stdout.decode('utf-8', 'backslashreplace')

    def reason(self) -> str:
        return '\n'.join(error.message for error in self._errors[-3:])


def _is_chatter(event: Event) -> bool:
    return isinstance(event, Message) and (
        event.level > 3 or event.text.endswith(f"unknown setting '{_ALWAYS_SUBSTITUTE}'")
    )


__all__ = ['BuildFailed', 'BuildRefused', 'EvalFailed', 'Resolved', 'Work', 'nix_version', 'realise', 'resolve']
