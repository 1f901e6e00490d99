"""vps-deploy-intake: takes requests out of the inbox, checks them again, and answers. Root; no network, no Nix."""

import os
import sys
from typing import NamedTuple

from . import clock, config, decision, files, refusals, results
from .config import Config
from .events import EventLog
from .journal import print_traceback
from .listening import is_listening
from .protocol import Abort, BadRequest, Confirm, Deploy, DeployTip, Reboot, Rollback, parse_spooled
from .spool import MAX_QUEUED, Letter, Spool
from .state import Asked, DeployDirectory, StateDirectory


class Refused(Exception):
    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.message = message


class Host(NamedTuple):
    """What a request is judged by."""

    spool: Spool
    config: Config

    @property
    def state(self) -> StateDirectory:
        return StateDirectory(self.config.state_dir)

    def find(self, id: str) -> DeployDirectory | None:
        found = self.spool.locate(self.config.state_dir, id)
        return found if found.exists() else None

    def known(self, id: str) -> DeployDirectory:
        found = self.find(id)
        if found is None:
            raise Refused(results.POLICY, f'there is no deploy {id} on this host')
        return found


def main(arguments: list[str]) -> int:
    import pwd

    spool = Spool()
    owner = pwd.getpwnam('deploy').pw_uid
    while _answer_all(spool, owner):
        pass
    if spool.queued():
        _see_to_the_worker()
    return 0


def _answer_all(spool: Spool, owner: int) -> bool:
    """Whether there was any request."""
    found = False
    for letter in spool.take_all(owner):
        spool.answer(letter.token, answer(letter, spool))
        found = True
    return found


def _see_to_the_worker() -> None:
    """Its path unit has usually started it by now; this is for one that somebody stopped."""
    argv = ['systemctl', 'start', '--no-block', 'vps-deploy-worker.path']
    os.waitpid(os.posix_spawnp(argv[0], argv, os.environ), 0)


def answer(letter: Letter, spool: Spool) -> dict[str, object]:
    """What the dispatcher gets to read; never raises."""
    try:
        return _answer_of(Host(spool, config.read()), letter)
    except BadRequest as error:
        return {'exit': results.BAD_REQUEST, 'message': str(error)}
    except config.ConfigError as error:
        return {'exit': results.INTERNAL, 'message': f'the configuration of this host is wrong: {error}'}
    except Exception as error:
        print_traceback()
        reason = f'{type(error).__name__}: {error}'
        return {'exit': results.INTERNAL, 'message': f'{reason} (on the host: journalctl -u vps-deploy-intake)'}


def _answer_of(host: Host, letter: Letter) -> dict[str, object]:
    # Whatever is remembered of a letter from here on is a request.
    parse_spooled(letter.request.encode('ascii'))
    try:
        _prepare(host)
        return handle(letter, host)
    except Refused as refusal:
        print(f'refused: {refusal.message}', file=sys.stderr)
        refusals.remember(host.state, host.spool, letter.request.partition(' ')[0], refusal.message)
        return {'exit': refusal.exit_code, 'message': refusal.message}


def handle(letter: Letter, host: Host) -> dict[str, object]:
    """Carries out one request. Raises Refused and BadRequest."""
    request = parse_spooled(letter.request.encode('ascii'))
    match request:
        case Deploy() | DeployTip() | Rollback():
            return _accept(request, letter, host)
        case Confirm():
            return _confirm(request, letter, host)
        case Abort():
            return _abort(request, host)
        case Reboot():
            return _reboot(request, host)


def _prepare(host: Host) -> None:
    host.state.prepare()
    if not host.config.allow_volatile_state and is_volatile(host.config.state_dir):
        where = f'{host.config.state_dir} does not survive a reboot (tmpfs)'
        raise Refused(results.POLICY, f'{where}: set stateDir, or allowVolatileState on a test host')


def is_volatile(path: str, mountinfo: str = '/proc/self/mountinfo') -> bool:
    """Whether the file system that holds `path` lives in memory."""
    device = os.stat(path).st_dev
    wanted = f'{os.major(device)}:{os.minor(device)}'
    with open(mountinfo, encoding='utf-8', errors='surrogateescape') as file:
        for line in file:
            fields = line.split()
            if fields[2] == wanted:
                return fields[fields.index('-') + 1] in ('tmpfs', 'ramfs')
    return False


def _accept(request: Deploy | DeployTip | Rollback, letter: Letter, host: Host) -> dict[str, object]:
    asked = asked_of(request, letter, host.config)
    existing = host.find(asked.id)
    if existing is not None:
        return _attach(existing, asked)
    refusal = refusal_of(request, asked, host.config)
    if refusal is not None:
        raise Refused(results.POLICY, refusal)
    with files.locked(host.spool.queue_lock):
        queued = host.spool.queued()
        if len(queued) - (host.spool.active() is not None) >= MAX_QUEUED:
            raise Refused(results.POLICY, f'{MAX_QUEUED} deploys wait already: try again when some of them are done')
        # The worker starts up meanwhile; it looks into the queue only when we have let go of the lock.
        host.spool.enqueue(asked.id)
        try:
            _create(asked, len(queued), host)
        except OSError as error:
            host.spool.dequeue(asked.id)
            where = f'this host cannot keep the state of a deploy in {host.state.path}'
            raise Refused(results.INTERNAL, f'{where}: {error.strerror}. Nothing was changed.') from error
    return {'accepted': asked.id}


def asked_of(request: Deploy | DeployTip | Rollback, letter: Letter, settings: Config) -> Asked:
    kinds = {Deploy: 'deploy', DeployTip: 'tip', Rollback: 'rollback'}
    return Asked(
        kind=kinds[type(request)],
        id=request.id,
        rev=request.rev if isinstance(request, Deploy) else None,
        mode=request.mode if isinstance(request, Deploy) else 'switch',
        confirm_seconds=min(request.confirm_seconds, settings.max_confirm_seconds),
        timeout_seconds=request.timeout_seconds,
        accepted=clock.monotonic(),
        boot_id=clock.boot_id(),
        # A rollback must not be judged by a port that nobody listens on anyway: user deploy can write any number.
        ssh_port=letter.ssh_port if is_listening(letter.ssh_port) else None,
        asked_confirm_seconds=request.confirm_seconds,
    )


def refusal_of(request: Deploy | DeployTip | Rollback, asked: Asked, settings: Config) -> str | None:
    """Why this host does not take it up at all; None if it does."""
    if isinstance(request, Rollback) and not settings.allow_rollback:
        return 'this host does not take rollback requests: allow them in its configuration (allowRollback)'
    if not isinstance(request, Rollback) and not settings.repository.url:
        return 'this host has no repository to deploy from (repository.url)'
    if asked.mode in ('switch', 'test') and asked.confirm_seconds < settings.min_confirm_seconds:
        return (
            'this host wants to be confirmed by the runner and to wait for it at least '
            f'{settings.min_confirm_seconds} s (minConfirmSeconds); {asked.confirm_seconds} s were asked for'
        )
    return None


def _attach(existing: DeployDirectory, asked: Asked) -> dict[str, object]:
    before = existing.asked()
    if _arguments(before) != _arguments(asked):
        raise Refused(results.POLICY, f'deploy {asked.id} exists with other arguments: {_arguments(before)}')
    return {'accepted': asked.id}


def _arguments(asked: Asked) -> tuple[object, ...]:
    return (asked.kind, asked.rev, asked.mode, asked.asked_confirm_seconds, asked.timeout_seconds)


def _create(asked: Asked, position: int, host: Host) -> None:
    new = host.state.create(asked)
    events = EventLog(new.path)
    events.accept(asked, host.config.configuration)
    if asked.asked_confirm_seconds > asked.confirm_seconds:
        text = f'this host waits at most {asked.confirm_seconds} s for a confirm, not {asked.asked_confirm_seconds} s'
        events.append('warning', text=text)
    if position > 0:
        events.append('queued', position=position)
    events.close()
    host.state.publish(new, asked.id)


def _confirm(request: Confirm, letter: Letter, host: Host) -> dict[str, object]:
    deploy = host.known(request.id)
    confirmation = deploy.confirmation()
    if confirmation is None:
        raise Refused(results.POLICY, f'deploy {request.id} does not wait for a confirm')
    if request.nonce != confirmation.nonce:
        raise Refused(results.POLICY, f'this is not the nonce deploy {request.id} asked to be confirmed with')
    standing = decision.read(deploy.path)
    if standing is None:
        _check_connection(letter.connected_ticks, confirmation.ticks)
        standing = decision.decide(deploy.path, 'commit', 'confirm')
    if standing.verb != 'commit':
        raise Refused(results.POLICY, f'too late: deploy {request.id} is being rolled back ({standing.by})')
    return {'confirmed': True}


def _check_connection(connected: int, made: int) -> None:
    if connected == 0:
        raise Refused(results.POLICY, 'a confirm must come over SSH: there is no sshd among the processes it came from')
    if connected <= made:
        raise Refused(
            results.POLICY,
            'a confirm must come over a new connection, this one was opened before the new system was active',
        )


def _abort(request: Abort, host: Host) -> dict[str, object]:
    deploy = host.known(request.id)
    with files.locked(host.spool.queue_lock):
        if deploy.result() is not None:
            raise Refused(results.POLICY, f'deploy {request.id} is finished, there is nothing to abort')
        standing = decision.decide(deploy.path, 'rollback', 'abort')
        if standing != ('rollback', 'abort'):
            message = f'too late to abort {request.id}: the decision is {standing.verb} ({standing.by})'
            raise Refused(results.POLICY, message)
        if deploy.asked().kind == 'trial':
            _wake_the_worker(deploy, host)
        elif not deploy.was_begun():
            _end_queued(deploy, host)
    return {'aborting': True}


def _wake_the_worker(deploy: DeployDirectory, host: Host) -> None:
    """What was made ready for a trial boot is not ours to take away."""
    if deploy.id not in host.spool.queued():
        host.spool.enqueue(deploy.id)


def _end_queued(deploy: DeployDirectory, host: Host) -> None:
    asked = deploy.asked()
    message = 'Aborted while it waited in the queue. Nothing was changed.'
    deploy.set_result(results.result(asked, 'aborted', results.ABORTED, message, rev=asked.rev))
    events = EventLog(deploy.path)
    files.drop_ballast(deploy.path)
    results.publish(deploy, events)
    events.close()
    host.spool.dequeue(asked.id)


def _reboot(request: Reboot, host: Host) -> dict[str, object]:
    from . import rebooting

    deploy = host.known(request.id)
    refusal = rebooting.refusal_of(deploy, host.state, host.spool)
    if refusal is not None:
        raise Refused(results.POLICY, refusal)
    rebooting.start(deploy)
    return {'rebooting': True}
