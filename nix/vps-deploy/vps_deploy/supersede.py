"""Whether a deploy that waits in the queue makes this one pointless."""

from collections.abc import Mapping

from . import clock, decision, policy
from .git import GitFailed, Mirror
from .job import Job
from .state import Asked


def by_whom(job: Job, mirror: Mirror, bases: Mapping[str, str | None]) -> str | None:
    """The latest queued `switch` that passes every check of policy and contains this commit; None if there is none."""
    if not _may_be(job.asked) or job.rev is None:
        return None
    queued = job.spool.queued()
    later = queued[queued.index(job.id) + 1 :] if job.id in queued else []
    return next((id for id in reversed(later) if _supersedes(id, job, mirror, bases)), None)


def _supersedes(id: str, job: Job, mirror: Mirror, bases: Mapping[str, str | None]) -> bool:
    deploy = job.spool.locate(job.state.path, id)
    if not deploy.exists() or decision.read(deploy.path) is not None:
        return False
    asked = deploy.asked()
    rev = asked.rev or mirror.tip()
    if not _may_be(asked) or asked.deadline <= clock.monotonic() or job.rev is None:
        return False
    facts = policy.facts_of(rev, dict(bases), mirror, job.config)
    may_be_deployed = policy.refusal_of(rev, facts, job.config) is None and mirror.contains(rev, job.rev)
    return may_be_deployed and (job.config.resolve == 'evaluate' or _can_be_resolved(rev, job, mirror))


def _can_be_resolved(rev: str, job: Job, mirror: Mirror) -> bool:
    from . import recorded

    records = recorded.records_of(job.config, job.state, mirror)
    try:
        records.path_of(rev, records.tip())
    except recorded.NotRecorded:
        return job.config.resolve == 'recorded-or-evaluate'
    except (recorded.RecordRefused, GitFailed):
        return False
    return True


def _may_be(asked: Asked) -> bool:
    return asked.kind not in ('rollback', 'trial') and asked.mode == 'switch'
