"""The answers to `hello` and `status`, read without privileges."""

import os

from . import VERSION, clock, config
from .config import Config
from .protocol import MODES
from .spool import Spool
from .state import DeployDirectory, StateDirectory
from .systems import BOOTED, RUNNING, generation, real

PROTOCOL = 1


def hello(settings: Config) -> dict[str, object]:
    return {
        'protocol': PROTOCOL,
        'version': VERSION,
        'configuration': settings.configuration,
        'modes': list(MODES),
        'resolve': settings.resolve,
        'running': _system(RUNNING, settings),
        'substituters': list(settings.substituters),
        'trustedPublicKeys': list(settings.trusted_public_keys),
        'trialBoot': StateDirectory(settings.state_dir).can_try_boots(),
    }


def status(settings: Config, spool: Spool) -> dict[str, object]:
    from pathlib import Path

    from . import reboot, units

    default = real(settings.profile)
    return {
        'protocol': PROTOCOL,
        'version': VERSION,
        'configuration': settings.configuration,
        'running': _system(RUNNING, settings),
        'booted': _system(BOOTED, settings),
        'bootId': clock.boot_id(),
        'default': _system(settings.profile, settings),
        'generation': generation(settings.profile),
        'rebootRequired': reboot.reasons(Path(BOOTED), Path(default)) if default and real(BOOTED) else [],
        'failedUnits': sorted(units.snapshot().failed),
        'lastResult': last_result(StateDirectory(settings.state_dir)),
        'active': _active(settings, spool),
        'trial': _trial(StateDirectory(settings.state_dir)),
        'queued': spool.queued(),
        'config': config.path(),
        'warnings': warnings(settings),
    }


def warnings(settings: Config) -> list[str]:
    """What whoever runs this host should know of its policy, in sentences."""
    if settings.resolve == 'evaluate' or settings.recorded_signers:
        return []
    from .notes import canonical_url

    # Without the user that the address may name: it may be a token.
    return [
        f'Whoever may push to any branch of {canonical_url(settings.repository.url)} may become root on this host, for '
        'notes are believed whoever wrote them: set recordedSigners to a file with the public key that CI records with.'
    ]


def _system(link: str, settings: Config) -> dict[str, object]:
    """Store path and revision. The revision root has looked up already is taken, for asking costs a process."""
    path = real(link)
    if path is None:
        return {'system': None, 'rev': None}
    known = StateDirectory(settings.state_dir).revisions()
    if path in known:
        return {'system': path, 'rev': known[path]}
    from pathlib import Path

    from . import reboot

    return {'system': path, 'rev': reboot.revision_of(Path(path))}


def last_result(state: StateDirectory) -> dict[str, object] | None:
    """Of the deploy that ended last. Refused ones do not count: they say nothing about this host."""
    found = [(_time_of(deploy), result) for deploy in state.all() if (result := deploy.result()) is not None]
    results = [entry for entry in found if entry[1]['status'] != 'refused']
    return max(results, key=lambda entry: entry[0])[1] if results else None


def _time_of(deploy: DeployDirectory) -> int:
    return os.stat(deploy / 'result.json').st_mtime_ns


def _trial(state: StateDirectory) -> dict[str, object] | None:
    """The one that waits for its boot."""
    from . import trial

    for deploy in trial.scheduled_in(state):
        stage = deploy.stage()
        return {'id': deploy.id, 'system': stage.system if stage else None}
    return None


def _active(settings: Config, spool: Spool) -> dict[str, object] | None:
    active = spool.active()
    if active is None:
        return None
    deploy = spool.locate(settings.state_dir, active.id)
    if not deploy.exists():
        return None
    asked, stage = deploy.asked(), deploy.stage()
    return {
        'id': asked.id,
        'rev': stage.rev if stage else asked.rev,
        'mode': asked.mode,
        'stage': stage.name if stage else 'preparing',
    }
