"""Requests of protocol 1: one line of at most 512 bytes of printable ASCII. Pure.

The dispatcher parses what came over SSH, the intake parses again what lies in the inbox.
"""

import re
from typing import NamedTuple

MAX_BYTES = 512
MODES = ('switch', 'boot', 'test', 'dry-activate')

_ID = r'[a-z0-9][a-z0-9-]{7,63}'
_REV = r'[0-9a-f]{40}'
_NONCE = r'[0-9a-f]{32}'
_SEQ = r'(?:0|[1-9][0-9]{0,9})'
_NUMBER = r'(?:0|[1-9][0-9]{0,4})'


class BadRequest(Exception):
    """Not a request of this protocol; the text is one line for a person."""


class Hello(NamedTuple):
    pass


class Status(NamedTuple):
    pass


class Tip(NamedTuple):
    """The empty request: whatever the tip of the tracked branch is."""


class Deploy(NamedTuple):
    id: str
    rev: str
    mode: str
    confirm_seconds: int
    timeout_seconds: int


class Attach(NamedTuple):
    id: str
    seq: int


class Confirm(NamedTuple):
    id: str
    nonce: str


class Abort(NamedTuple):
    id: str


class Reboot(NamedTuple):
    id: str


class Rollback(NamedTuple):
    id: str
    confirm_seconds: int
    timeout_seconds: int


class DeployTip(NamedTuple):
    """What the dispatcher makes of the empty request; never accepted over SSH."""

    id: str
    confirm_seconds: int
    timeout_seconds: int


Request = Hello | Status | Tip | Deploy | Attach | Confirm | Abort | Reboot | Rollback
Spooled = Deploy | DeployTip | Confirm | Abort | Reboot | Rollback

_GRAMMAR = {
    'hello': '',
    'status': '',
    'deploy': f' ({_ID}) ({_REV}) ({"|".join(MODES)}) ({_NUMBER}) ({_NUMBER})',
    'attach': f' ({_ID}) ({_SEQ})',
    'confirm': f' ({_ID}) ({_NONCE})',
    'abort': f' ({_ID})',
    'reboot': f' ({_ID})',
    'rollback': f' ({_ID}) ({_NUMBER}) ({_NUMBER})',
    'tip': f' ({_ID}) ({_NUMBER}) ({_NUMBER})',
}
_SHAPES = {
    'hello': 'hello',
    'status': 'status',
    'deploy': 'deploy ID REV MODE CONFIRM-SECONDS TIMEOUT-SECONDS',
    'attach': 'attach ID SEQ',
    'confirm': 'confirm ID NONCE',
    'abort': 'abort ID',
    'reboot': 'reboot ID',
    'rollback': 'rollback ID CONFIRM-SECONDS TIMEOUT-SECONDS',
}


def parse(line: bytes) -> Request:
    """The request a client sent. Raises BadRequest."""
    if line == b'':
        return Tip()
    verb, words = _words(line)
    request = _request(verb, words)
    if request is None or isinstance(request, DeployTip):
        raise BadRequest('unknown request: expected one of hello, status, deploy, attach, confirm, abort, reboot, rollback')
    return request


def parse_spooled(line: bytes) -> Spooled:
    """A request out of the inbox. Raises BadRequest."""
    verb, words = _words(line)
    request = _request(verb, words)
    if isinstance(request, Deploy | DeployTip | Confirm | Abort | Reboot | Rollback):
        return request
    raise BadRequest(f'{verb} is not for the spool')


def format_spooled(request: Spooled) -> str:
    """The line that `parse_spooled` reads back."""
    verb = 'tip' if isinstance(request, DeployTip) else type(request).__name__.lower()
    return ' '.join([verb, *(str(word) for word in request)])


def _words(line: bytes) -> tuple[str, tuple[str, ...]]:
    if len(line) > MAX_BYTES:
        raise BadRequest(f'request of {len(line)} bytes: at most {MAX_BYTES} are allowed')
    if any(byte < 0x20 or byte > 0x7E for byte in line):
        raise BadRequest('request with bytes that are not printable ASCII')
    text = line.decode('ascii')
    verb = text.partition(' ')[0]
    if verb not in _GRAMMAR:
        raise BadRequest('unknown request: expected one of ' + ', '.join(_SHAPES))
    match = re.fullmatch(verb + _GRAMMAR[verb], text)
    if match is None:
        raise BadRequest(f'malformed request: expected "{_SHAPES.get(verb, verb)}"')
    return verb, match.groups()


def _request(verb: str, words: tuple[str, ...]) -> Request | DeployTip | None:
    match verb, words:
        case 'hello', ():
            return Hello()
        case 'status', ():
            return Status()
        case 'deploy', (id, rev, mode, confirm, timeout):
            return Deploy(id, rev, mode, int(confirm), int(timeout))
        case 'attach', (id, seq):
            return Attach(id, int(seq))
        case 'confirm', (id, nonce):
            return Confirm(id, nonce)
        case 'abort', (id,):
            return Abort(id)
        case 'reboot', (id,):
            return Reboot(id)
        case 'rollback', (id, confirm, timeout):
            return Rollback(id, int(confirm), int(timeout))
        case 'tip', (id, confirm, timeout):
            return DeployTip(id, int(confirm), int(timeout))
        case _:
            return None
