"""vps-deploy, the forced command: one request in, its answer out. Runs as user deploy and needs no privileges."""

import json
import os
import sys
import time

from . import ancestry, clock, config, files, people, results
from .config import Config
from .follow import NobodyListens, NoResult, follow
from .protocol import (
    Abort,
    Attach,
    BadRequest,
    Confirm,
    Deploy,
    DeployTip,
    Hello,
    Reboot,
    Request,
    Rollback,
    Spooled,
    Status,
    Tip,
    format_spooled,
    parse,
)
from .spool import Letter, Spool, new_token

_ANSWER_SECONDS = 10.0
_FAST_POLL, _SLOW_POLL = 0.004, 0.02
_AFTER_DEADLINE_SECONDS = 3600.0
_TIP_TIMEOUT_SECONDS = 3600
_UNITS = 'systemctl status vps-deploy-intake.path vps-deploy-intake.service'


class Failed(Exception):
    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def main(arguments: list[str]) -> int:
    """Answers the request in SSH_ORIGINAL_COMMAND (or, on the host itself, in the arguments); returns the exit code."""
    line = os.environb.get(b'SSH_ORIGINAL_COMMAND', ' '.join(arguments).encode('utf-8', 'surrogateescape'))
    try:
        return _answer(parse(line))
    except BadRequest as error:
        return _fail(results.BAD_REQUEST, str(error))
    except Failed as failure:
        return _fail(failure.exit_code, str(failure))
    except config.ConfigError as error:
        return _fail(results.INTERNAL, f'the configuration of this host is wrong: {error}')
    except (NobodyListens, BrokenPipeError):
        return results.INTERNAL


def _fail(exit_code: int, message: str) -> int:
    print(f'vps-deploy: {" ".join(message.split())}', file=sys.stderr)
    return exit_code


def _answer(request: Request) -> int:
    settings, spool = config.read(), Spool()
    match request:
        case Hello():
            from .hello import hello

            return _print(hello(settings))
        case Status():
            from .hello import status

            return _print(status(settings, spool))
        case Attach():
            return _attach(request, settings, spool)
        case Tip():
            return _deploy_tip(settings, spool)
        case Deploy() | Rollback():
            _ask(request, spool)
            return _stream(request.id, 0, settings, spool)
        case Confirm() | Abort() | Reboot():
            return _print(_ask(request, spool))


def _print(answer: dict[str, object]) -> int:
    _write(json.dumps(answer, separators=(',', ':')).encode() + b'\n')
    return 0


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def _attach(request: Attach, settings: Config, spool: Spool) -> int:
    if not spool.locate(settings.state_dir, request.id).exists():
        raise Failed(results.POLICY, f'there is no deploy {request.id} on this host')
    return _stream(request.id, request.seq, settings, spool)


def _ask(request: Spooled, spool: Spool) -> dict[str, object]:
    """Sends a request to the intake and waits for what it says."""
    letter = Letter(
        new_token(), format_spooled(request), ancestry.connection_ticks(), ancestry.server_port(dict(os.environ))
    )
    give_up = clock.monotonic() + _ANSWER_SECONDS
    _send(letter, spool, give_up)
    answer = _wait_for_answer(letter.token, spool, give_up)
    if 'exit' in answer:
        raise Failed(int(str(answer['exit'])), str(answer.get('message')))
    return answer


def _send(letter: Letter, spool: Spool, give_up: float) -> None:
    while True:
        try:
            return spool.send(letter)
        except OSError as error:
            # Whoever fills the inbox: the intake is about to empty it.
            if not files.is_full(error) or clock.monotonic() > give_up:
                message = f'cannot write to {spool.inbox}: {error.strerror} (on the host: {_UNITS})'
                raise Failed(results.INTERNAL, message) from error
        time.sleep(_SLOW_POLL)


def _wait_for_answer(token: str, spool: Spool, give_up: float) -> dict[str, object]:
    started = clock.monotonic()
    while (now := clock.monotonic()) < give_up:
        answer = spool.answer_to(token)
        if answer is not None:
            return answer
        time.sleep(_FAST_POLL if now - started < 1 else _SLOW_POLL)
    raise Failed(results.INTERNAL, f'no answer within {_ANSWER_SECONDS:.0f} s. On the host, look at: {_UNITS}')


def _stream(id: str, seq: int, settings: Config, spool: Spool) -> int:
    deploy = spool.locate(settings.state_dir, id)
    try:
        event = follow(deploy.path, seq, _write, _patience(deploy.asked().timeout_seconds))
    except NoResult:
        raise Failed(results.INTERNAL, _no_result(id)) from None
    return int(str(event['exitCode']))


def _patience(timeout_seconds: int) -> float:
    return clock.monotonic() + timeout_seconds + _AFTER_DEADLINE_SECONDS


def _no_result(id: str) -> str:
    return f'deploy {id} has no result long after its deadline. On the host, look at: journalctl -u "vps-deploy-*"'


def _deploy_tip(settings: Config, spool: Spool) -> int:
    from .hello import warnings

    id = time.strftime('tip-%Y%m%d-%H%M%S-', time.gmtime()) + os.urandom(4).hex()
    _ask(DeployTip(id, settings.min_confirm_seconds, _TIP_TIMEOUT_SECONDS), spool)
    lines = [f'To look at it again: attach {id} 0', *(f'Warning: {text}' for text in warnings(settings))]
    _write(''.join(f'{line}\n' for line in lines).encode())

    def show(line: bytes) -> None:
        event = json.loads(line)
        if event['type'] == 'awaiting-confirm':
            text = people.confirm_lines(id, event)
        else:
            text = people.result_lines(event) if event['type'] == 'result' else people.lines_of(event)
        _write(''.join(f'{line}\n' for line in text).encode())

    deploy = spool.locate(settings.state_dir, id)
    try:
        event = follow(deploy.path, 0, show, _patience(_TIP_TIMEOUT_SECONDS))
    except NoResult:
        raise Failed(results.INTERNAL, _no_result(id)) from None
    return int(str(event['exitCode']))
