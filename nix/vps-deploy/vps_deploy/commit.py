"""Makes the new system the default: profile, boot entry, and a look that the loader will start it."""

from pathlib import Path

from . import bootentry, systemd
from .job import Job
from .journal import print_traceback
from .process import OnLine, TimedOut, never, stream
from .state import Stage
from .switching import expect, switch
from .systems import generation, is_generation, real

_PROFILE_SECONDS = 60.0
_BOOT_SECONDS = 600.0


class CommitFailed(Exception):
    """Profile or boot entry could not be set."""


def commit(job: Job, stage: Stage) -> None:
    """Sets profile and boot entry. Raises CommitFailed, and ChangedBySomebodyElse before anything is touched."""
    running = (stage.system,) if stage.activated else (stage.previous,)
    expect(job, stage, running, (stage.default, stage.system))
    job.deploy.set_stage(stage._replace(name='committing'))
    if real(job.config.profile) != stage.system:
        # One that was tried at a boot has its generation already.
        ready = stage.ready if is_generation(job.config.profile, stage.ready, stage.system) else None
        nix_env(job, *(('--set', stage.system) if ready is None else ('--switch-generation', str(ready))))
    job.known['generation'] = generation(job.config.profile)
    install_boot_entry(job, stage.system)
    # Our switch has the lock from us, and for a moment it lies there for anybody.
    expect(job, stage, running, (stage.system,))


def undo(job: Job, stage: Stage) -> None:
    """Profile and boot entry as they were before `commit`. Raises CommitFailed and ChangedBySomebodyElse, as `commit`.

    A loader that cannot be written at all, for its partition is full or read-only, still boots what it did before.
    """
    # After a boot it is the default that runs.
    expect(job, stage, (stage.system, stage.previous, stage.default), (stage.default, stage.system))
    failed = generation(job.config.profile)
    if stage.generation is not None and failed != stage.generation:
        nix_env(job, '--switch-generation', str(stage.generation))
        if failed is not None and failed > stage.generation:
            nix_env(job, '--delete-generations', str(failed))
    if real(job.config.profile) != stage.default:
        raise CommitFailed(f'{job.config.profile} does not lead back to {stage.default}')
    job.known['generation'] = stage.generation
    reinstall_boot_entry(job, stage.default)


def reinstall_boot_entry(job: Job, default: str) -> None:
    """For what should be the default already. Raises CommitFailed only if the loader would start something else."""
    try:
        install_boot_entry(job, default)
    except CommitFailed as error:
        if not boots(default):
            raise
        job.warn(f'{error}; {default} is the default of the next boot all the same.')


def boots(system: str) -> bool | None:
    """Whether the loader's default entry names `system`; None if that cannot be told."""
    try:
        found = bootentry.default_system()
    except Exception:
        # After a write that failed there may be anything in these files.
        print_traceback()
        return None
    return None if isinstance(found, bootentry.Unknown) else str(found) == system


def install_boot_entry(job: Job, system: str) -> None:
    """Boot entries for all generations, `system` being the default; looks that it is. Raises CommitFailed."""
    try:
        ended = switch(job, system, 'boot', _BOOT_SECONDS, stoppable=False).ended
    except systemd.SystemdFailed as error:
        raise CommitFailed(f'the boot entry could not be written: {error}') from error
    if ended.code != 0:
        raise CommitFailed(f'the boot entry could not be written: switch-to-configuration boot: {ended.why}')
    found = bootentry.default_system()
    if isinstance(found, bootentry.Unknown):
        job.warn(f'It could not be checked which system this host boots by default: {found.reason}')
    elif found != Path(system):
        raise CommitFailed(f'the default boot entry names {found}, not {system}')


def nix_env(job: Job, *arguments: str) -> None:
    """Whatever changes the profile's link does so by a rename. Raises CommitFailed."""
    said: list[str] = []

    def keep(which: str, raw: bytes, continued: bool) -> None:
        said.append(raw.decode('utf-8', 'backslashreplace'))
        sink(which, raw, continued)

    sink: OnLine = job.raw_line('nix')
    try:
        argv = ['nix-env', '--profile', job.config.profile, *arguments]
        code = stream(argv, on_line=keep, timeout=_PROFILE_SECONDS, canceled=never)
    except (OSError, TimedOut) as error:
        raise CommitFailed(f'nix-env {arguments[0]} could not be run: {error}') from error
    if code != 0:
        raise CommitFailed(f'nix-env {arguments[0]} failed ({code}): {" ".join(said[-3:])}')
