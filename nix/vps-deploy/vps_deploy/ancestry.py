"""When the SSH connection we run in was opened, read from the processes above us."""

import os

_SSHD_NAMES = (b'sshd', b'sshd-session')


def connection_ticks(pid: int | None = None, proc: str = '/proc') -> int:
    """Start of the first sshd among the ancestors, in clock ticks since boot; 0 if there is none.

    A connection that is shared by several sessions keeps its process, and so its age.
    """
    current = os.getppid() if pid is None else pid
    while current > 1:
        try:
            with open(f'{proc}/{current}/stat', 'rb') as file:
                name, parent, start = parse_stat(file.read())
        except OSError:
            return 0
        if name in _SSHD_NAMES:
            return start
        current = parent
    return 0


def parse_stat(line: bytes) -> tuple[bytes, int, int]:
    """Name, parent and start time of a /proc/PID/stat line; the name may hold blanks and brackets."""
    head, _, tail = line.rpartition(b')')
    fields = tail.split()
    return head.partition(b'(')[2], int(fields[1]), int(fields[19])


def server_port(environment: dict[str, str]) -> int:
    """The port this connection came in by; 0 if sshd did not say."""
    words = environment.get('SSH_CONNECTION', '').split()
    return int(words[3]) if len(words) == 4 and words[3].isdigit() and len(words[3]) < 6 else 0
