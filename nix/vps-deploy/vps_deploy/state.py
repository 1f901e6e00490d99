"""`<stateDir>/deploys/<id>/`: what is known of one deploy. Spool 1; the next version must be able to read it.

version        `1`
request.json   what was asked for, when (wall clock and monotonic), in which boot
config.json    the policy this deploy is judged by, as it was when the worker took it up
stage.json     how far it got and what was running before it (Stage); before.json: its units
confirm.json   root only: nonce and the moment it was made
events.ndjson, decision, result.json, reboot (made once, when `reboot` was granted)
switch.log     root only: everything the switches wrote
tools/         a copy of these programs where they are not in the Nix store, while the deploy is active
"""

import json
import os
from typing import NamedTuple, cast

from . import config, files

VERSION = '1'
_NEW = '.new-'


class Asked(NamedTuple):
    """request.json. `kind` is deploy, tip, rollback or trial; `rev` is None until it is known."""

    kind: str
    id: str
    rev: str | None
    mode: str
    confirm_seconds: int
    timeout_seconds: int
    accepted: float
    """monotonic seconds"""
    boot_id: str
    ssh_port: int | None = None
    asked_confirm_seconds: int = 0
    """before clamping: what a repeated request must match"""

    @property
    def deadline(self) -> float:
        return self.accepted + self.timeout_seconds


class Stage(NamedTuple):
    """stage.json, written before anything changes: what is needed to go back.

    `name`: armed (the switch may have begun), committing (the profile may have been set), undoing (the commit failed),
    rolling-back; of a trial boot also scheduled (it has not been booted yet). `previous` is what ran, `default` what the
    profile named as `generation`; these two may differ. `activated` is False where the deploy touches the next boot only.
    """

    name: str
    rev: str | None
    system: str
    previous: str
    default: str
    generation: int | None
    activated: bool
    exit_code: int = 0
    reason: str = ''
    """why it is rolled back, once that is known"""
    failed_units: tuple[str, ...] = ()
    trial: str = ''
    """the deploy that will try this system at the next boot, where the loader can start one once"""
    ready: int | None = None
    """the generation that was made for that boot, and is the profile's only once it is confirmed"""


class Confirmation(NamedTuple):
    nonce: str
    ticks: int
    """boot-time ticks of the moment it was made"""


class DeployDirectory:
    def __init__(self, path: str) -> None:
        self.path = path
        self.id = os.path.basename(path)

    def __truediv__(self, name: str) -> str:
        return f'{self.path}/{name}'

    def exists(self) -> bool:
        return os.path.exists(self / 'request.json')

    def was_begun(self) -> bool:
        """The worker keeps the policy with the deploy when it takes it up."""
        return os.path.exists(self / 'config.json')

    def asked(self) -> Asked:
        values = self._json('request.json')
        if values is None:
            raise FileNotFoundError(f'{self.path}/request.json is missing')
        return Asked(**{name: values[name] for name in Asked._fields if name in values})  # type: ignore[arg-type]

    def stage(self) -> Stage | None:
        values = self._json('stage.json')
        if values is None:
            return None
        return Stage(**{name: values[name] for name in Stage._fields if name in values})  # type: ignore[arg-type]

    def set_stage(self, stage: Stage) -> None:
        self._write('stage.json', stage._asdict())

    def confirmation(self) -> Confirmation | None:
        values = self._json('confirm.json')
        return Confirmation(str(values['nonce']), cast(int, values['ticks'])) if values else None

    def set_confirmation(self, confirmation: Confirmation) -> None:
        self._write('confirm.json', confirmation._asdict(), files.SECRET_MODE)

    def result(self) -> dict[str, object] | None:
        return self._json('result.json')

    def set_result(self, result: dict[str, object]) -> None:
        self._write('result.json', result)

    def keep_config(self, text: str) -> None:
        files.write(self / 'config.json', text.encode())

    def config(self) -> config.Config | None:
        text = files.read(self / 'config.json')
        return config.parse(text.decode(), self / 'config.json', is_strict=False) if text is not None else None

    def write_request(self, asked: Asked) -> None:
        self._write('request.json', asked._asdict())

    def _write(self, name: str, values: dict[str, object], mode: int = files.STATE_MODE) -> None:
        files.write(self / name, json.dumps(values).encode() + b'\n', mode)

    def _json(self, name: str) -> dict[str, object] | None:
        data = files.read(self / name)
        if data is None:
            return None
        value = cast(object, json.loads(data))
        if not isinstance(value, dict):
            raise ValueError(f'{self.path}/{name} is not an object')
        return cast(dict[str, object], value)


class StateDirectory:
    """`<stateDir>`: deploys/, mirror/, home/, last-committed, notes-seen, revisions.json, refused.log, trial-boot (if the loader can)."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.deploys = f'{path}/deploys'

    def prepare(self) -> None:
        os.makedirs(self.path, 0o750, exist_ok=True)
        files.make_directory(self.path)
        files.make_directory(self.deploys)

    def deploy(self, id: str) -> DeployDirectory:
        return DeployDirectory(f'{self.deploys}/{id}')

    def all(self) -> list[DeployDirectory]:
        """Every deploy, oldest first."""
        return sorted((self.deploy(name) for name in os.listdir(self.deploys) if name[0] != '.'), key=_age)

    def create(self, asked: Asked) -> DeployDirectory:
        """The directory of a new deploy, complete before it has its name. Raises OSError, and leaves nothing then."""
        new = DeployDirectory(f'{self.deploys}/{_NEW}{asked.id}')
        _remove_tree(new.path)
        try:
            self._fill(new, asked)
        except OSError:
            _remove_tree(new.path)
            raise
        return new

    def _fill(self, new: DeployDirectory, asked: Asked) -> None:
        files.make_directory(new.path)
        # Whatever else fills the disk from now on: a deploy that was accepted gets its result.
        files.keep_ballast(new.path)
        files.write(new / 'version', VERSION.encode() + b'\n')
        fd = os.open(new / 'events.ndjson', os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        files.share(fd)
        os.close(fd)
        new.write_request(asked)

    def forget_unfinished(self) -> None:
        """What an intake or a worker that was killed had begun. Call it with the queue lock held."""
        files.forget_temporary(self.path)
        for name in os.listdir(self.deploys):
            if name.startswith(_NEW):
                _remove_tree(f'{self.deploys}/{name}')

    def publish(self, new: DeployDirectory, id: str) -> DeployDirectory:
        deploy = self.deploy(id)
        os.rename(new.path, deploy.path)
        files.sync_directory(self.deploys)
        return deploy

    def last_committed(self) -> str | None:
        data = files.read(f'{self.path}/last-committed')
        return data.decode().strip() if data else None

    def set_last_committed(self, id: str) -> None:
        files.write(f'{self.path}/last-committed', f'{id}\n'.encode())

    def can_try_boots(self) -> bool:
        return os.path.exists(f'{self.path}/trial-boot')

    def set_can_try_boots(self, can: bool) -> None:
        if can:
            files.write(f'{self.path}/trial-boot', b'')
        else:
            files.remove(f'{self.path}/trial-boot')

    def notes_seen(self, repository: str) -> str | None:
        """The tip of the notes on closures that this host went by last; of another repository, none."""
        seen_of, _, tip = (files.read(f'{self.path}/notes-seen') or b'').decode('utf-8', 'backslashreplace').strip().rpartition(' ')
        return tip if tip and seen_of == repository else None

    def set_notes_seen(self, repository: str, tip: str | None) -> None:
        files.write(f'{self.path}/notes-seen', f'{repository} {tip}\n'.encode() if tip else b'')

    def revisions(self) -> dict[str, str | None]:
        """Revisions of systems by store path, as far as root has looked them up."""
        data = files.read(f'{self.path}/revisions.json')
        try:
            return cast(dict[str, str | None], json.loads(data)) if data else {}
        except ValueError:
            return {}

    def set_revisions(self, revisions: dict[str, str | None]) -> None:
        files.write(f'{self.path}/revisions.json', json.dumps(revisions).encode() + b'\n')


def _age(deploy: DeployDirectory) -> tuple[int, str]:
    try:
        return os.stat(deploy / 'version').st_mtime_ns, deploy.id
    except FileNotFoundError:
        return 0, deploy.id


def _remove_tree(path: str) -> None:
    if os.path.lexists(path):
        import shutil

        shutil.rmtree(path)
