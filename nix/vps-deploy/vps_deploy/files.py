"""Files that are either wholly there or not at all, also after a power cut, and also once the disk is full."""

import errno
import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress

STATE_MODE = 0o640
DIRECTORY_MODE = 0o750
SECRET_MODE = 0o600
_BALLAST = '.ballast'
_BALLAST_BYTES = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT)


def deploy_gid() -> int:
    """The group that may read the state; root's own where user deploy does not exist (nobody else reads it then)."""
    import grp

    try:
        return grp.getgrnam('deploy').gr_gid
    except KeyError:
        return 0


def make_directory(path: str, mode: int = DIRECTORY_MODE) -> None:
    """A directory of root and group deploy; one that exists gets the right owner and mode again."""
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
    if os.geteuid() == 0:
        os.chown(path, 0, deploy_gid())
    os.chmod(path, mode)


def write(path: str, data: bytes, mode: int = STATE_MODE) -> None:
    """Replaces `path` as a whole: write, fsync, rename, fsync of the directory."""
    temporary = temporary_file(path, data, mode)
    os.rename(temporary, path)
    sync_directory(os.path.dirname(path))


def keep_ballast(directory: str) -> None:
    """Takes room on the disk that the next writer in `directory` gets when there is none left. Raises OSError."""
    fd = os.open(f'{directory}/{_BALLAST}', os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, SECRET_MODE)
    try:
        os.posix_fallocate(fd, 0, _BALLAST_BYTES)
        os.fsync(fd)
    finally:
        os.close(fd)


def drop_ballast(directory: str) -> bool:
    """Gives that room back; False if there was none."""
    try:
        os.unlink(f'{directory}/{_BALLAST}')
    except FileNotFoundError:
        return False
    sync_directory(directory)
    return True


def is_full(error: OSError) -> bool:
    return error.errno in _FULL


def temporary_file(path: str, data: bytes, mode: int = STATE_MODE) -> str:
    """Writes and syncs `data` under a hidden name next to `path`; returns that name. Leaves nothing when it fails."""
    directory = os.path.dirname(path)
    try:
        return _temporary_file(path, data, mode)
    except OSError as error:
        if not is_full(error) or not drop_ballast(directory):
            raise
    return _temporary_file(path, data, mode)


def _temporary_file(path: str, data: bytes, mode: int) -> str:
    directory, name = os.path.split(path)
    temporary = f'{directory}/.{name}.{os.getpid()}.{os.urandom(4).hex()}'
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if mode != SECRET_MODE:
            share(fd, mode)
        write_all(fd, data)
        os.fsync(fd)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        os.close(fd)
    return temporary


def forget_temporary(directory: str) -> None:
    """Removes what writers that were killed had begun; one that is alive still needs its own."""
    for name in os.listdir(directory):
        words = name.split('.')
        if name[0] == '.' and len(words) > 3 and words[-2].isdigit() and not os.path.exists(f'/proc/{words[-2]}'):
            remove(f'{directory}/{name}')


def share(fd: int, mode: int = STATE_MODE) -> None:
    """Lets group deploy read an open file."""
    if os.geteuid() == 0:
        os.fchown(fd, 0, deploy_gid())
    os.fchmod(fd, mode)


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def sync_directory(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read(path: str) -> bytes | None:
    """The content, or None if there is no such file."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None


def remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


@contextmanager
def locked(path: str) -> Generator[None]:
    """Holds the lock file `path`, waiting for it as long as it takes."""
    fd = open_lock(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def try_lock(path: str) -> int | None:
    """The descriptor that holds the lock until it is closed, or None if somebody else has it."""
    fd = open_lock(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def open_lock(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
