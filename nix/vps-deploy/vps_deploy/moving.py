"""A new system may keep its state elsewhere (`stateDir`): the deploy that brings it is found there as well.

Once that system is the default, nobody looks into the old directory any more: neither whoever attaches to the deploy,
nor who has to give it its result after a power cut.
"""

import os
from contextlib import suppress

from . import config
from .job import Job
from .state import Stage, StateDirectory


def leave_links(job: Job, stage: Stage) -> None:
    """Call it before the new system becomes the default, be it for one boot."""
    there = _state_of(stage.system)
    if there is None or there.path == job.state.path:
        return
    try:
        there.prepare()
        for id in filter(None, (job.id, stage.trial)):
            with suppress(FileExistsError):
                os.symlink(job.state.deploy(id).path, there.deploy(id).path)
        there.set_last_committed(job.id)
    except OSError as error:
        job.warn(f'The new stateDir {there.path} cannot be written to ({error}): from there on nobody finds this deploy.')


def remove_links(job: Job, stage: Stage | None) -> None:
    """For a system that did not become the default."""
    there = _state_of(stage.system) if stage is not None else None
    if there is not None and there.path != job.state.path and os.path.islink(there.deploy(job.id).path):
        with suppress(OSError):
            os.unlink(there.deploy(job.id).path)


def _state_of(system: str) -> StateDirectory | None:
    try:
        path = config.state_dir_of(system)
    except config.ConfigError:
        return None
    return StateDirectory(path) if path is not None else None
