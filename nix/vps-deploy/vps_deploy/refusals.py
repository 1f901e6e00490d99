"""`<stateDir>/refused.log`: the last refusals, whoever refused; for the person who looks at the host."""

from . import clock, files
from .journal import print_traceback
from .spool import Spool
from .state import StateDirectory
from .text import escaped

KEPT = 100


def remember(state: StateDirectory, spool: Spool, what: str, message: str) -> None:
    """Adds the line `<time> <what>: <message>` and drops the oldest; takes the queue lock. A full disk ends nothing."""
    path = f'{state.path}/refused.log'
    line = escaped(' '.join(f'{clock.iso()} {what}: {message}'.split()))
    try:
        with files.locked(spool.queue_lock):
            lines = (files.read(path) or b'').decode('utf-8', 'replace').splitlines()[1 - KEPT :]
            files.write(path, '\n'.join([*lines, line, '']).encode())
    except OSError:
        print_traceback()
