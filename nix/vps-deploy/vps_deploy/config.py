"""The host's configuration file: one JSON object, every key optional, an unknown key an error.

NamedTuples instead of dataclasses: importing `dataclasses` costs every `hello` 11 ms.
"""

import json
import os
from typing import NamedTuple, cast

DEFAULT_PATH = '/etc/vps-deploy/config.json'
RESOLVES = ('evaluate', 'recorded', 'recorded-or-evaluate')
BUILDS = ('allow', 'never')


class ConfigError(Exception):
    """The file cannot be read or says something it must not; the text says which key and what was expected."""


class Repository(NamedTuple):
    url: str = ''
    branch: str = 'main'
    flake_dir: str = 'nix'
    ssh_key_file: str = ''
    known_hosts_file: str = ''
    token_file: str = ''
    submodules: bool = False
    lfs: bool = False


class SignedCommits(NamedTuple):
    require: bool = False
    allowed_signers_file: str = ''
    gpg_keyring: str = ''


class HealthCheck(NamedTuple):
    name: str
    command: tuple[str, ...]
    timeout_seconds: int = 30


class Config(NamedTuple):
    repository: Repository = Repository()
    configuration: str = 'vps-arm'
    resolve: str = 'evaluate'
    recorded_signers: str = ''
    builds: str = 'allow'
    substituters: tuple[str, ...] = ()
    trusted_public_keys: tuple[str, ...] = ()
    health_checks: tuple[HealthCheck, ...] = ()
    settle_seconds: int = 5
    min_confirm_seconds: int = 0
    max_confirm_seconds: int = 600
    allow_rewind: bool = False
    allow_rollback: bool = False
    allow_disk_changes: bool = False
    allow_volatile_state: bool = False
    reboot_if_rollback_fails: bool = True
    signed_commits: SignedCommits = SignedCommits()
    keep_deploys: int = 20
    keep_bytes: int = 1 << 30
    max_log_bytes: int = 256 << 20
    profile: str = '/nix/var/nix/profiles/system'
    state_dir: str = '/var/lib/vps-deploy'


class Checks(NamedTuple):
    """What the system that is being deployed says about judging it."""

    health_checks: tuple[HealthCheck, ...]
    settle_seconds: int


def path() -> str:
    return os.environ.get('VPS_DEPLOY_CONFIG') or DEFAULT_PATH


def read(file: str | None = None) -> Config:
    """The configuration in `file` (default: the running system's). Raises ConfigError."""
    return parse(read_text(file or path()), file or path())


def read_text(file: str) -> str:
    try:
        with open(file, encoding='utf-8') as opened:
            return opened.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f'cannot read {file}: {error}') from error


def parse(text: str, where: str, *, is_strict: bool = True) -> Config:
    """Raises ConfigError. A newer version of these programs may have kept what is not read strictly."""
    values = _Object(_json(text, where), where, is_strict=is_strict)
    config = _config(values)
    values.finish()
    _check(config, where)
    return config


def checks_of(system: str) -> Checks | None:
    """Health checks and settling time of the file inside `system`; None where that system has none.

    Unknown keys are fine, for a newer system may know more of them than this program does; wrong values are not:
    with them the new system could never be deployed to again. Raises ConfigError.
    """
    found = _of_system(system)
    return None if found is None else Checks(found.health_checks, found.settle_seconds)


def state_dir_of(system: str) -> str | None:
    """`stateDir` of the file inside `system`, read as by `checks_of`."""
    found = _of_system(system)
    return None if found is None else found.state_dir


def _of_system(system: str) -> Config | None:
    file = f'{system}/etc/vps-deploy/config.json'
    return parse(read_text(file), file, is_strict=False) if os.path.exists(file) else None


def _json(text: str, where: str) -> object:
    try:
        return cast(object, json.loads(text))
    except ValueError as error:
        raise ConfigError(f'{where} is not JSON: {error}') from error


class _Object:
    """One JSON object, read key by key; `finish` refuses the keys nobody asked for."""

    def __init__(self, value: object, where: str, *, is_strict: bool = True) -> None:
        if not isinstance(value, dict):
            raise ConfigError(f'{where}: expected an object, got {value!r}')
        self._left = dict(cast(dict[str, object], value))
        self._where = where
        self._is_strict = is_strict

    def finish(self) -> None:
        if self._left and self._is_strict:
            raise ConfigError(f'{self._where}: unknown key {", ".join(sorted(self._left))}')

    def _take(self, key: str, default: object) -> object:
        return self._left.pop(key, default)

    def _wrong(self, key: str, value: object, expected: str) -> ConfigError:
        return ConfigError(f'{self._where}: {key} is {value!r}, expected {expected}')

    def text(self, key: str, default: str) -> str:
        value = self._take(key, default)
        if not isinstance(value, str) or '\0' in value:
            raise self._wrong(key, value, 'a string')
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key, allowed[0])
        if value not in allowed:
            raise self._wrong(key, value, f'one of {", ".join(allowed)}')
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, value, 'true or false')
        return value

    def number(self, key: str, default: int) -> int:
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._wrong(key, value, 'a whole number, zero or more')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, value, 'a list of strings')
        items = cast(list[object], value)
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(key, items, 'a list of strings')
        return tuple(cast(list[str], items))

    def objects(self, key: str) -> 'list[_Object]':
        value = self._take(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, value, 'a list of objects')
        return [self._part(item, f'{key}[{number}]') for number, item in enumerate(cast(list[object], value))]

    def child(self, key: str) -> '_Object':
        return self._part(self._take(key, {}), key)

    def _part(self, value: object, name: str) -> '_Object':
        return _Object(value, f'{self._where}: {name}', is_strict=self._is_strict)


def _config(values: _Object) -> Config:
    return Config(
        repository=_repository(values.child('repository')),
        configuration=values.text('configuration', 'vps-arm'),
        resolve=values.one_of('resolve', RESOLVES),
        recorded_signers=values.text('recordedSigners', ''),
        builds=values.one_of('builds', BUILDS),
        substituters=values.texts('substituters'),
        trusted_public_keys=values.texts('trustedPublicKeys'),
        health_checks=_health_checks(values),
        settle_seconds=values.number('settleSeconds', 5),
        min_confirm_seconds=values.number('minConfirmSeconds', 0),
        max_confirm_seconds=values.number('maxConfirmSeconds', 600),
        allow_rewind=values.flag('allowRewind', False),
        allow_rollback=values.flag('allowRollback', False),
        allow_disk_changes=values.flag('allowDiskChanges', False),
        allow_volatile_state=values.flag('allowVolatileState', False),
        reboot_if_rollback_fails=values.flag('rebootIfRollbackFails', True),
        signed_commits=_signed_commits(values.child('signedCommits')),
        keep_deploys=values.number('keepDeploys', 20),
        keep_bytes=values.number('keepBytes', 1 << 30),
        max_log_bytes=values.number('maxLogBytes', 256 << 20),
        profile=values.text('profile', '/nix/var/nix/profiles/system'),
        state_dir=values.text('stateDir', '/var/lib/vps-deploy'),
    )


def _repository(values: _Object) -> Repository:
    repository = Repository(
        url=values.text('url', ''),
        branch=values.text('branch', 'main'),
        flake_dir=values.text('flakeDir', 'nix'),
        ssh_key_file=values.text('sshKeyFile', ''),
        known_hosts_file=values.text('knownHostsFile', ''),
        token_file=values.text('tokenFile', ''),
        submodules=values.flag('submodules', False),
        lfs=values.flag('lfs', False),
    )
    values.finish()
    return repository


def _signed_commits(values: _Object) -> SignedCommits:
    signed = SignedCommits(
        require=values.flag('require', False),
        allowed_signers_file=values.text('allowedSignersFile', ''),
        gpg_keyring=values.text('gpgKeyring', ''),
    )
    values.finish()
    return signed


def _health_checks(values: _Object) -> tuple[HealthCheck, ...]:
    return tuple(_health_check(item) for item in values.objects('healthChecks'))


def _health_check(values: _Object) -> HealthCheck:
    check = HealthCheck(values.text('name', ''), values.texts('command'), values.number('timeoutSeconds', 30))
    values.finish()
    if not check.name or not check.command:
        raise ConfigError(f'a health check needs a name and a command, got {check.name!r} {list(check.command)!r}')
    return check


def _check(config: Config, where: str) -> None:
    for key, value in (('stateDir', config.state_dir), ('profile', config.profile)):
        if not value.startswith('/'):
            raise ConfigError(f'{where}: {key} is {value!r}, expected an absolute path')
    if config.min_confirm_seconds > config.max_confirm_seconds:
        raise ConfigError(
            f'{where}: minConfirmSeconds {config.min_confirm_seconds} is above '
            f'maxConfirmSeconds {config.max_confirm_seconds}'
        )
