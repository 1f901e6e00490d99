"""Whether the kernel has killed programs because memory ran out, and the words for it."""

import re

VMSTAT, MEMINFO = '/proc/vmstat', '/proc/meminfo'


def kills(path: str = VMSTAT) -> int:
    """How many processes the kernel has killed for memory since it was booted; 0 if it does not count them."""
    return _number(path, r'^oom_kill (\d+)$')


def ran_out(needed: str, kills_before: int, vmstat: str = VMSTAT, meminfo: str = MEMINFO) -> str | None:
    """What to say and do if the kernel has killed something since; None if it has not."""
    if kills(vmstat) <= kills_before:
        return None
    has = f'{_mebibytes(meminfo, "MemTotal")} MiB of memory and {_mebibytes(meminfo, "SwapTotal")} MiB of swap'
    return f'Memory ran out, and the kernel killed what used most of it. This host has {has}; {needed} Add swap or memory.'


def _mebibytes(path: str, name: str) -> int:
    return _number(path, rf'^{name}:\s+(\d+) kB$') // 1024


def _number(path: str, pattern: str) -> int:
    try:
        with open(path, encoding='ascii') as file:
            match = re.search(pattern, file.read(), re.MULTILINE)
    except OSError:
        return 0
    return int(match[1]) if match else 0
