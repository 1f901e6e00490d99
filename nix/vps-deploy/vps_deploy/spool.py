"""`/run/vps-deploy`: how the unprivileged dispatcher and the root programs talk. Spool 1.

inbox/           a tmpfs of its own, root:deploy 1730: one file per request, three lines (Letter)
inbox/.taken-*/  root only: what a run of the intake has taken out
answers/<token>  one JSON line for the dispatcher that wrote the request with this token
queue/<number>-<id>  deploys without a result, in the order they came; not empty = the worker is started
active           JSON: the deploy that is being carried out, its state directory and spool version
queue.lock, worker.lock  held while the queue is changed; while deploys are carried out or recovered
"""

import errno
import json
import os
import stat
import time
from collections.abc import Generator
from contextlib import suppress
from itertools import islice
from typing import NamedTuple, cast

from . import clock, files
from .state import VERSION, DeployDirectory, StateDirectory

ROOT = '/run/vps-deploy'
MAX_QUEUED = 16
MAX_LETTER_BYTES = 512
TAKEN = '.taken-'
_LETTER_SECONDS = 15
"""Whoever wrote an older one has been told already that there was no answer: it must not be carried out later."""
_ANSWER_SECONDS = 120
_ANSWERS = 1024
_TOKEN_LENGTH = 32
_MOST_ENTRIES = 1024
"""More than the file system of the inbox has inodes."""


class Letter(NamedTuple):
    """A request in the inbox: `1 <token>`, the request, `<start of the connection in boot ticks> <port of sshd>`.

    A tick or port of 0 is unknown.
    """

    token: str
    request: str
    connected_ticks: int
    ssh_port: int

    def text(self) -> str:
        return f'{VERSION} {self.token}\n{self.request}\n{self.connected_ticks} {self.ssh_port}\n'


class BadLetter(Exception):
    """Something in the inbox that the dispatcher did not write; the text never quotes it."""


class Active(NamedTuple):
    id: str
    state_dir: str
    version: str


class Spool:
    def __init__(self, root: str = ROOT) -> None:
        self.root = root
        self.inbox = f'{root}/inbox'
        self.answers = f'{root}/answers'
        self.queue = f'{root}/queue'
        self.worker_lock = f'{root}/worker.lock'
        self.queue_lock = f'{root}/queue.lock'

    def send(self, letter: Letter) -> None:
        """Puts a request into the inbox: it gets its name when it is complete, so no half of one is ever seen."""
        data = letter.text().encode('ascii')
        directory = os.open(self.inbox, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        fd = os.open(self.inbox, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
        try:
            files.write_all(fd, data)
            # Only with a directory descriptor does Python call linkat(2) and follow the link in /proc.
            os.link(f'/proc/self/fd/{fd}', letter.token, src_dir_fd=directory, dst_dir_fd=directory, follow_symlinks=True)
        finally:
            os.close(fd)
            os.close(directory)

    def take_all(self, owner: int) -> Generator[Letter]:
        """Empties the inbox, whatever lies in it, and yields the requests of user `owner`, oldest first.

        Each is removed when the next one is asked for: one that is being carried out when we are killed is carried out
        again by the next run, and means the same then.
        """
        self.forget_old_answers()
        if _oldest_first(self.inbox) and (taken := _make_taken(self.inbox)) is not None:
            for name in _oldest_first(self.inbox):
                with suppress(FileNotFoundError):
                    os.rename(f'{self.inbox}/{name}', f'{taken}/{clock.monotonic():020.6f}-{os.urandom(4).hex()}')
        for directory in _all_taken(self.inbox):
            for name in sorted(os.listdir(directory)):
                with suppress(BadLetter, FileNotFoundError):
                    yield open_letter(f'{directory}/{name}', owner)
                _remove_whatever_it_is(f'{directory}/{name}')
            # Not empty if somebody still writes to what he had open: the next run tries again.
            with suppress(OSError):
                os.rmdir(directory)

    def answer(self, token: str, values: dict[str, object]) -> None:
        files.write(f'{self.answers}/{token}', json.dumps(values).encode() + b'\n')

    def answer_to(self, token: str) -> dict[str, object] | None:
        data = files.read(f'{self.answers}/{token}')
        return cast(dict[str, object], json.loads(data)) if data is not None else None

    def forget_old_answers(self) -> None:
        """Answers nobody will come for any more, and all but the newest of a flood."""
        found: list[tuple[float, str]] = []
        with os.scandir(self.answers) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    found.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
        found.sort(reverse=True)
        for place, (made, path) in enumerate(found):
            # A clock that was set back makes files of the future: they go too.
            if place >= _ANSWERS or abs(time.time() - made) > _ANSWER_SECONDS:
                files.remove(path)

    def active(self) -> Active | None:
        data = files.read(f'{self.root}/active')
        if data is None:
            return None
        values = cast(dict[str, str], json.loads(data))
        return Active(values['id'], values['stateDir'], values['version'])

    def locate(self, state_dir: str, id: str) -> DeployDirectory:
        """Where deploy `id` is kept: while it runs, the host's configuration may already name another directory."""
        active = self.active()
        serving = active.state_dir if active is not None and active.id == id else state_dir
        return StateDirectory(serving).deploy(id)

    def set_active(self, id: str, state_dir: str) -> None:
        text = json.dumps({'id': id, 'stateDir': state_dir, 'version': VERSION})
        files.write(f'{self.root}/active', text.encode() + b'\n')

    def clear_active(self, id: str) -> None:
        active = self.active()
        if active is not None and active.id == id:
            files.remove(f'{self.root}/active')

    def queued(self) -> list[str]:
        """Ids without a result, in the order they came; the active one stands first."""
        return [name.partition('-')[2] for name in sorted(os.listdir(self.queue)) if name[0] != '.']

    def enqueue(self, id: str, *, is_first: bool = False) -> None:
        """Appends, or puts it before all others. Call it with the queue lock held."""
        name = f'{0 if is_first else int(clock.monotonic() * 1_000_000):020d}-{id}'
        os.close(os.open(f'{self.queue}/{name}', os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640))

    def dequeue(self, id: str) -> None:
        for name in os.listdir(self.queue):
            if name.partition('-')[2] == id:
                files.remove(f'{self.queue}/{name}')


def new_token() -> str:
    return os.urandom(_TOKEN_LENGTH // 2).hex()


def open_letter(path: str, owner: int) -> Letter:
    """Reads one file of the inbox without following, blocking on or believing anything. Raises BadLetter."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadLetter(f'cannot be opened: {error.strerror}') from error
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_uid != owner:
            raise BadLetter('not a regular file of one name and the right owner')
        if status.st_size > MAX_LETTER_BYTES:
            raise BadLetter(f'{status.st_size} bytes')
        if abs(time.time() - status.st_mtime) > _LETTER_SECONDS:
            raise BadLetter('written long ago')
        return parse_letter(os.read(fd, MAX_LETTER_BYTES))
    finally:
        os.close(fd)


def parse_letter(data: bytes) -> Letter:
    try:
        head, request, origin, rest = data.decode('ascii').split('\n')
        version, token = head.split(' ')
        ticks, port = (int(word) for word in origin.split(' ') if word.isdigit() and len(word) < 20)
    except ValueError as error:
        raise BadLetter('not three lines of the spool') from error
    if version != VERSION or rest or len(token) != _TOKEN_LENGTH or not set(token) <= set('0123456789abcdef'):
        raise BadLetter('not a letter of this version of the spool')
    return Letter(token, request, ticks, port)


def _make_taken(inbox: str) -> str | None:
    """A directory that only root can look into; its name cannot be guessed, so nobody has put anything else there.

    None if there is no room for it although all entries are gone: somebody keeps their inodes by having them open.
    """
    path = f'{inbox}/{TAKEN}{os.urandom(16).hex()}'
    # Somebody may have filled the inbox to its last inode: the oldest entries make room.
    for name in [None, *_oldest_first(inbox)]:
        if name is not None:
            _remove_whatever_it_is(f'{inbox}/{name}')
        try:
            os.mkdir(path, 0o700)
            return path
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return None


def _is_taken(entry: os.DirEntry[str]) -> bool:
    """Made by us: in a directory of root's with the sticky bit nobody else can put anything in its place."""
    if not entry.name.startswith(TAKEN):
        return False
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == 0o700


def _all_taken(inbox: str) -> list[str]:
    """That of this run, and those of runs that were killed."""
    with os.scandir(inbox) as entries:
        return sorted(entry.path for entry in entries if _is_taken(entry))


def _oldest_first(inbox: str) -> list[str]:
    found: list[tuple[int, str]] = []
    with os.scandir(inbox) as entries:
        # Some kernels show an entry again that is renamed meanwhile, without end.
        for entry in islice(entries, _MOST_ENTRIES):
            with suppress(FileNotFoundError):
                if not _is_taken(entry):
                    found.append((entry.stat(follow_symlinks=False).st_ctime_ns, entry.name))
    return [name for _, name in sorted(found)]


def _remove_whatever_it_is(path: str) -> None:
    try:
        os.unlink(path)
    except IsADirectoryError:
        import shutil

        # Whoever has it open can add to it meanwhile; what is left then is removed by the next run.
        shutil.rmtree(path, ignore_errors=True)
    except FileNotFoundError:
        pass
