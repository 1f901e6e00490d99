"""vps-deploy-worker: carries out the deploy that stands first in the queue, then exits. Root.

One deploy a run: the next run is the newest code, with the newest policy.
"""

import time

from . import clock, config, decision, files, finish, recover, results, trial
from .events import EventLog
from .job import HostGoesDown, Job, Stop, Verdict
from .journal import print_traceback
from .spool import Spool
from .state import DeployDirectory, StateDirectory
from .story import carry_out
from .systems import RUNNING, real

_CRASH_PAUSE_SECONDS = 2.0


def main(arguments: list[str]) -> int:
    stop = Stop()
    spool = Spool()
    try:
        with files.locked(spool.worker_lock):
            # Not before: whoever only waits for the lock has nothing to finish.
            stop.listen()
            return _run(spool, stop)
    except HostGoesDown:
        return 0
    except Exception:
        # Whatever it was, the queue starts us again: not so fast that nobody else gets to run.
        print_traceback()
        time.sleep(_CRASH_PAUSE_SECONDS)
        return results.INTERNAL


def _run(spool: Spool, stop: Stop) -> int:
    was = real(RUNNING)
    recover.recover_everything(StateDirectory(config.read().state_dir), spool, stop)
    if real(RUNNING) != was:
        # The system that is back may have other programs than these, and a configuration only they can read.
        return 0
    # Only now, for what was recovered may have brought another system back, and its policy with it.
    policy = config.read_text(config.path())
    settings = config.parse(policy, config.path())
    state = StateDirectory(settings.state_dir)
    deploy = claim(spool, state, policy)
    if deploy is None:
        return 0
    job = Job(deploy, spool, settings, stop)
    result = work(job)
    finish.forget_old(state, settings.keep_deploys, settings.keep_bytes)
    finish.reboot_if_lost(result, job)
    return 0


def claim(spool: Spool, state: StateDirectory, policy: str) -> DeployDirectory | None:
    """Takes up the first deploy of the queue that has no result, and tells the others where they stand now.

    `policy`, the text of the configuration it will be judged by, is kept with it.
    """
    with files.locked(spool.queue_lock):
        for id in spool.queued():
            deploy = state.deploy(id)
            if not deploy.exists() or deploy.result() is not None:
                spool.dequeue(id)
                continue
            spool.set_active(id, state.path)
            deploy.keep_config(policy)
            _tell_positions(spool, state, id)
            return deploy
    return None


def _tell_positions(spool: Spool, state: StateDirectory, active: str) -> None:
    for position, id in enumerate((id for id in spool.queued() if id != active), 1):
        deploy = state.deploy(id)
        if deploy.exists() and deploy.result() is None:
            events = EventLog(deploy.path)
            events.append('queued', position=position)
            events.close()


def work(job: Job) -> dict[str, object]:
    """From the claim to the result."""
    if job.asked.kind == trial.KIND:
        # Its system runs already: whatever is wrong, there is something to go back from.
        verdict = carry_out(job)
    elif job.asked.boot_id != clock.boot_id():
        verdict = Verdict('failed', results.INTERNAL, 'The host was rebooted before this deploy began. Nothing was changed.')
    elif job.seconds_left() <= 0:
        decision.decide(job.deploy.path, 'rollback', 'deadline')
        verdict = Verdict('failed', results.OUT_OF_TIME, 'Its time was over before its turn came. Nothing was changed.')
    else:
        verdict = carry_out(job)
    return finish.finish(job, verdict)

