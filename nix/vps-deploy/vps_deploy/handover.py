"""A rollback is left to the unit of its deadline when whoever carries it out is told to stop.

The switch of a rollback may start a unit that comes before the one being stopped, as the worker's path does: it waits
for the end of the worker, and the worker would wait for it. Nothing waits for the end of a deadline's unit.
"""

from contextlib import suppress

from . import deadline, systemd
from .job import HandedOver, HostGoesDown, Job


def leave_if_stopped(job: Job) -> None:
    """Raises HandedOver if somebody else goes on from here, HostGoesDown if nobody can before the next boot."""
    if not job.stop.wanted or job.stop.stays:
        return
    if systemd.is_stopping():
        raise HostGoesDown
    with suppress(systemd.SystemdFailed):
        if deadline.fire(job.id):
            raise HandedOver
    job.stop.stays = True
