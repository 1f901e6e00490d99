"""The one `result` of a deploy, and the exit codes that go with it."""

from typing import Literal

from .events import EventLog
from .state import Asked, DeployDirectory

Status = Literal[
    'deployed', 'unchanged', 'planned', 'scheduled', 'superseded', 'rolled-back', 'aborted', 'failed', 'refused'
]

OK = 0
BAD_REQUEST = 64
POLICY = 65
UNAVAILABLE = 69
INTERNAL = 70
OUT_OF_TIME = 75
ACTIVATION_FAILED = 80
ROLLED_BACK = 81
ROLLBACK_FAILED = 82
ABORTED = 83
COMMIT_FAILED = 84


def result(asked: Asked, status: Status, exit_code: int, message: str, **known: object) -> dict[str, object]:
    """A complete result; what is not `known` is null or empty."""
    unknown: dict[str, object] = {
        'rev': None, 'system': None, 'previousSystem': None, 'generation': None,
        'rebootRequired': [], 'newFailedUnits': [],
    }  # fmt: skip
    identity = {'id': asked.id, 'kind': asked.kind, 'mode': asked.mode}
    return {'status': status, 'exitCode': exit_code, **identity, **unknown, **known, 'message': message}


def publish(deploy: DeployDirectory, events: EventLog) -> None:
    """Makes the stored result the last event, unless it is already."""
    stored = deploy.result()
    last = events.last()
    if stored is not None and (last is None or last.get('type') != 'result'):
        events.append('result', **stored)
