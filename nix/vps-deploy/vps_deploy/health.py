"""The host's own health checks: commands, run as they are, repeated until they pass or their time is up."""

import time
from collections.abc import Callable, Sequence

from .config import HealthCheck
from .process import OnLine, TimedOut, never, stream
from .text import escaped, printable

REPEAT_SECONDS = 1.0


def run_checks(
    checks: Sequence[HealthCheck], *, deadline: float, on_line: OnLine, canceled: Callable[[], bool] = never
) -> list[str]:
    """Runs all checks, one after the other; returns a sentence for each that did not pass.

    `deadline` is a time of `time.monotonic()` that ends all checks. A check is a program and its arguments, run as
    root without a shell; it passes if it exits with 0. Raises Canceled.
    """
    return [problem for check in checks if (problem := _problem(check, deadline, on_line, canceled))]


def _problem(check: HealthCheck, deadline: float, on_line: OnLine, canceled: Callable[[], bool]) -> str | None:
    until = min(deadline, time.monotonic() + check.timeout_seconds)
    name = escaped(check.name)
    outcome = 'there was no time left to run it'
    last = ''

    def take(stream_name: str, raw: bytes, continued: bool) -> None:
        nonlocal last
        if raw.strip():
            last = printable(raw)[:300]
        on_line(stream_name, raw, continued)

    while (left := until - time.monotonic()) > 0:
        try:
            code = stream(check.command, on_line=take, timeout=left, canceled=canceled)
        except TimedOut:
            outcome = 'it did not end in time'
            break
        except OSError as error:
            return f'Health check {name} cannot be run: {error.strerror}: {escaped(check.command[0])}.'
        if code == 0:
            return None
        outcome = f'it exited with {code}' if code > 0 else f'signal {-code} killed it'
        time.sleep(max(0.0, min(REPEAT_SECONDS, until - time.monotonic())))
    return (
        f'Health check {name} did not pass within {check.timeout_seconds} s: {outcome}{f" ({last})" if last else ""}.'
    )
