"""Time: monotonic seconds for deadlines, boot-time for comparing with processes, wall clock for people only."""

import os
import time

TICKS_PER_SECOND = os.sysconf('SC_CLK_TCK')


def monotonic() -> float:
    """Seconds of the clock systemd's timers run on; comparable between processes of one boot."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def boot_ticks() -> int:
    """Now, in the unit and on the clock of a process's start time in /proc/PID/stat."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) * TICKS_PER_SECOND // 1_000_000_000


def iso(at: float | None = None) -> str:
    """The wall clock as `2026-01-31T12:00:00.123Z`."""
    now = time.time() if at is None else at
    whole = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))
    return f'{whole}.{int(now * 1000) % 1000:03d}Z'


def iso_at(monotonic_seconds: float) -> str:
    """The wall clock time at which the monotonic clock will show that."""
    return iso(time.time() + monotonic_seconds - monotonic())


def boot_id() -> str:
    """Another value after every boot, in a container as well: there its first process is what boots.

    Where /proc hides that process (hidepid), whoever is not root gets the kernel's part alone.
    """
    with open('/proc/sys/kernel/random/boot_id', encoding='ascii') as file:
        kernel = file.read().strip()
    return f'{kernel}/{_start_of_first_process()}'


def _start_of_first_process() -> str:
    try:
        with open('/proc/1/stat', 'rb') as file:
            return file.read().rpartition(b')')[2].split()[19].decode('ascii')
    except FileNotFoundError:
        return ''
