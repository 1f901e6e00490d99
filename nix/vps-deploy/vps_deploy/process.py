"""Child processes: a minimal environment, bounded memory, an end in time, and nothing left running behind them."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, NamedTuple

from .text import whole_characters

OnLine = Callable[[str, bytes, bool], None]

MAX_LINE_BYTES = 16 * 1024
MAX_STDOUT_BYTES = 64 * 1024 * 1024
MAX_STDERR_BYTES = 64 * 1024
READ_BYTES = 64 * 1024
POLL_SECONDS = 0.1
OOM_SCORE = 900
"""For what may use much memory: if that runs out, it goes first, and not the services or the rollback."""
GRACE_SECONDS = 3.0
"""Between SIGTERM and SIGKILL; also how long output is awaited from what outlives the program itself."""

# What a child may take over from us besides PATH. No NIX_CONFIG, GIT_* or LD_*: they change what programs do.
_PASSED_ON = (
    'LOCALE_ARCHIVE', 'TZDIR', 'SSL_CERT_FILE', 'NIX_SSL_CERT_FILE', 'GIT_SSL_CAINFO',
    'NIX_REMOTE', 'NIX_STORE_DIR', 'NIX_STATE_DIR', 'NIX_LOG_DIR', 'NIX_CONF_DIR', 'NIX_DATA_DIR',
    'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY',
)  # fmt: skip


class TimedOut(Exception):
    """The program did not end in time and was killed with its whole process group."""


class Canceled(Exception):
    """The caller wanted no more of it; the whole process group was killed."""


class TooMuchOutput(Exception):
    """The program wrote more to stdout than anybody would want to keep."""


class Finished(NamedTuple):
    """How a program ended. `code` is negative if a signal killed it; of `stderr` the end is kept."""

    code: int
    stdout: str
    stderr: str


def never() -> bool:
    return False


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What every child gets: PATH, a UTF-8 locale, where TLS roots, proxies and the Nix store are, and `extra`."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    base = {'PATH': os.environ.get('PATH', os.defpath), 'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8', 'TERM': 'dumb'}
    return {**kept, **base, **(extra or {})}


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    input: str | None = None,
    canceled: Callable[[], bool] = never,
    max_stderr: int = MAX_STDERR_BYTES,
) -> Finished:
    """Runs a program to its end and keeps what it wrote. `env` is added to `environment()`.

    Raises TimedOut, Canceled, TooMuchOutput, and OSError if it cannot be started. A non-zero exit is not an error here.
    """
    kept = _Kept(max_stderr)
    code = _follow(_start(argv, env, input is not None), kept.take, _Limits(timeout, canceled), (input or '').encode())
    return Finished(code, kept.text('stdout'), kept.text('stderr'))


def stream(
    argv: Sequence[str],
    *,
    on_line: OnLine,
    timeout: float,
    env: Mapping[str, str] | None = None,
    canceled: Callable[[], bool] = never,
    oom_score_adj: int | None = None,
    max_line: int = MAX_LINE_BYTES,
) -> int:
    """Runs a program and hands on its output line by line; returns its exit code (negative: killed by a signal).

    `on_line(stream, raw, continued)`: `raw` is at most `max_line` bytes without the line break; `continued` says
    that it goes on with the line of the call before. Memory use does not depend on how much is written.
    Raises TimedOut and Canceled once the process group is dead, OSError if the program cannot be started.
    """
    child = _start(argv, env, False)
    if oom_score_adj is not None:
        _set_oom_score(child.pid, oom_score_adj)
    lines = {name: Lines(name, on_line, max_line) for name in ('stdout', 'stderr')}
    try:
        return _follow(child, lambda name, data: lines[name].feed(data), _Limits(timeout, canceled))
    finally:
        for splitter in lines.values():
            splitter.end()


class _Limits(NamedTuple):
    timeout: float
    canceled: Callable[[], bool]


class _Kept:
    """All of stdout up to a limit, and the end of stderr."""

    def __init__(self, max_stderr: int) -> None:
        self._data = {'stdout': bytearray(), 'stderr': bytearray()}
        self._max_stderr = max_stderr

    def take(self, name: str, data: bytes) -> None:
        kept = self._data[name]
        kept += data
        if name == 'stderr':
            del kept[: -self._max_stderr]
        elif len(kept) > MAX_STDOUT_BYTES:
            raise TooMuchOutput(f'More than {MAX_STDOUT_BYTES} bytes of output.')

    def text(self, name: str) -> str:
        return self._data[name].decode('utf-8', 'backslashreplace')


class Lines:
    """Cuts a byte stream into lines of bounded length, never within a UTF-8 character."""

    def __init__(self, name: str, on_line: OnLine, limit: int) -> None:
        self._name, self._on_line, self._limit = name, on_line, limit
        self._rest = b''
        self._continued = False

    def feed(self, data: bytes) -> None:
        *ended, rest = (self._rest + data).split(b'\n')
        self._rest = b''
        for line in ended:
            self._emit(self._without_excess(line).removesuffix(b'\r'))
            self._continued = False
        self._rest = self._without_excess(rest)

    def end(self) -> None:
        if self._rest:
            self._emit(self._rest)
            self._rest = b''

    def _without_excess(self, line: bytes) -> bytes:
        """Hands on what is over the limit; returns what is left."""
        start = 0
        while len(line) - start > self._limit:
            part = line[start : start + self._limit + 1]
            size = whole_characters(part, self._limit)
            self._emit(part[:size])
            self._continued = True
            start += size
        return line[start:] if start else line

    def _emit(self, line: bytes) -> None:
        self._on_line(self._name, line, self._continued)


def _start(argv: Sequence[str], env: Mapping[str, str] | None, has_input: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(env),
        cwd='/',
        close_fds=True,
        start_new_session=True,
        bufsize=0,
    )


def _set_oom_score(pid: int, score: int) -> None:
    """Raising the score is always allowed; lowering it needs a privilege, without which the child runs all the same."""
    with suppress(OSError), open(f'/proc/{pid}/oom_score_adj', 'w', encoding='ascii') as file:
        file.write(str(score))


def _follow(
    child: subprocess.Popen[bytes], take: Callable[[str, bytes], None], limits: _Limits, data: bytes = b''
) -> int:
    """Reads until the program has ended and its output is drained; whatever happens, its group is gone afterwards."""
    ended = os.pidfd_open(child.pid)
    try:
        _Pump(child, ended, take, data).run(limits)
        return _exit_code(child)
    except BaseException:
        _terminate(child, ended)
        raise
    finally:
        _kill_group(child)
        child.wait()
        os.close(ended)
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


class _Pump:
    """The loop that waits for output, for the end, for the time limit and for the caller's change of mind."""

    def __init__(
        self, child: subprocess.Popen[bytes], ended: int, take: Callable[[str, bytes], None], data: bytes
    ) -> None:
        self._take, self._data, self._stdin = take, data, child.stdin
        self._selector = selectors.DefaultSelector()
        self._open = 0
        for name, pipe in (('stdout', child.stdout), ('stderr', child.stderr)):
            self._add(pipe, selectors.EVENT_READ, name)
        self._add(child.stdin, selectors.EVENT_WRITE, 'stdin')
        self._selector.register(ended, selectors.EVENT_READ, 'ended')
        self._drain_until: float | None = None

    def run(self, limits: _Limits) -> None:
        deadline = time.monotonic() + limits.timeout
        with self._selector:
            while self._open or self._drain_until is None:
                now = time.monotonic()
                if self._drain_until is not None and now >= self._drain_until:
                    return
                if now >= deadline:
                    raise TimedOut(f'It did not end within {limits.timeout:.0f} s.')
                if limits.canceled():
                    raise Canceled
                self._step(min(POLL_SECONDS, deadline - now))

    def _step(self, wait: float) -> None:
        for key, _ in self._selector.select(wait):
            if key.data == 'ended':
                # Something it started may hold the pipes for ever: it gets a moment to write the rest.
                self._drain_until = time.monotonic() + GRACE_SECONDS
                self._selector.unregister(key.fd)
            elif key.data == 'stdin':
                self._write(key.fd)
            else:
                self._read(key.fd, key.data)

    def _add(self, pipe: IO[bytes] | None, event: int, name: str) -> None:
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe.fileno(), event, name)
            self._open += name != 'stdin'

    def _read(self, fd: int, name: str) -> None:
        data = os.read(fd, READ_BYTES)
        if data:
            self._take(name, data)
        else:
            self._selector.unregister(fd)
            self._open -= 1

    def _write(self, fd: int) -> None:
        try:
            self._data = self._data[os.write(fd, self._data[:READ_BYTES]) :]
        except BrokenPipeError:
            self._data = b''
        if not self._data and self._stdin is not None:
            self._selector.unregister(fd)
            self._stdin.close()


def _exit_code(child: subprocess.Popen[bytes]) -> int:
    # Looked at without reaping, so that the number of the group cannot be given to somebody else before it is killed.
    status = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    if status is None:
        raise ChildProcessError(f'Process {child.pid} is gone.')
    return status.si_status if status.si_code == os.CLD_EXITED else -status.si_status


def _terminate(child: subprocess.Popen[bytes], ended: int) -> None:
    """Asks first: git removes its lock files, nix stops its builders."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    selector = selectors.DefaultSelector()
    with selector:
        selector.register(ended, selectors.EVENT_READ)
        selector.select(GRACE_SECONDS)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
