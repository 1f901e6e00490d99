import json
import os
import shutil
import unittest

from vps_deploy import supersede
from vps_deploy.config import Config, Repository
from vps_deploy.hello import warnings
from vps_deploy.job import Ended, Job
from vps_deploy.notes import REF
from vps_deploy.prepare import mirror_of, recorded_path
from vps_deploy.recorded import Found
from vps_deploy.spool import Spool

from .recording import OTHER, PATH, RecordedCase, note
from .support import asked, create


class Deploying(RecordedCase):
    """What a deploy makes of it."""

    def job(self, id: str = 'deploy-0001', rev: str = '', **fields: object) -> Job:
        spool = Spool(self.root) if os.path.exists(f'{self.root}/queue') else self.spool()
        spool.enqueue(id)
        config = self.config(state_dir=self.kept.path, **fields)
        return Job(create(self.kept, asked(id, rev=rev or self.rev)), spool, config)

    def path(self, job: Job) -> str | None:
        mirror = mirror_of(job)
        mirror.fetch(lambda _, __, ___: None, 30)
        return recorded_path(job, mirror, self.rev)

    def events(self, job: Job) -> list[tuple[object, object]]:
        job.log.flush()
        with open(job.deploy / 'events.ndjson', encoding='utf-8') as file:
            return [(event['type'], event['text']) for event in map(json.loads, file)]

    def ended(self, job: Job) -> tuple[str, int, str]:
        with self.assertRaises(Ended) as caught:
            self.path(job)
        return caught.exception.verdict

    def test_the_line_is_shown(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n')
        job = self.job()
        self.assertEqual(self.path(job), PATH)
        self.assertEqual(self.events(job), [('log', Found(PATH, None).sentence())])

    def test_nothing_is_fetched_or_asked_where_systems_are_evaluated(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n')
        job = self.job(resolve='evaluate')
        self.assertIsNone(self.path(job))
        self.assertEqual(self.events(job), [])
        self.assertIsNone(mirror_of(job).notes_tip())

    def test_what_is_not_recorded_is_refused_or_evaluated(self) -> None:
        status, code, message = self.ended(self.job())
        self.assertEqual((status, code), ('refused', 65))
        job = self.job('deploy-0002', resolve='recorded-or-evaluate')
        self.assertIsNone(self.path(job))
        self.assertEqual(self.events(job), [('warning', f'{message} It is evaluated here instead.')])

    def test_what_is_recorded_wrongly_is_refused_in_both_ways(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\nhost {OTHER}\n')
        for number, resolve in enumerate(('recorded', 'recorded-or-evaluate')):
            status, code, message = self.ended(self.job(f'deploy-000{number}', resolve=resolve))
            self.assertEqual((status, code), ('refused', 65))
            self.assertIn('Different closures', message)

    def test_notes_that_cannot_be_read_are_a_failure(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n')
        for number, name in enumerate((f'{REF}:{self.rev}', f'{REF}^{{tree}}')):
            job = self.job(f'deploy-000{number}')
            mirror = mirror_of(job)
            mirror.fetch(lambda _, __, ___: None, 30)
            id = self.origin.git('rev-parse', name)
            os.unlink(mirror.path / f'objects/{id[:2]}/{id[2:]}')
            with self.assertRaises(Ended) as caught:
                recorded_path(job, mirror, self.rev)
            status, code, message = caught.exception.verdict
            self.assertEqual((status, code), ('failed', 69), name)
            self.assertIn(f'remove {mirror.path}', message)

    def superseded_by(self, resolve: str = 'recorded') -> str | None:
        job = self.job(resolve=resolve)
        later = self.job('deploy-0002', self.origin.git('rev-parse', 'main'), resolve=resolve)
        mirror = mirror_of(job)
        mirror.fetch(lambda _, __, ___: None, 30)
        by = supersede.by_whom(job, mirror, {})
        for each in (job, later):
            each.spool.dequeue(each.id)
            shutil.rmtree(each.deploy.path)
        return by

    def test_a_later_one_supersedes_it_if_it_can_be_resolved_itself(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n')
        two = self.origin.commit('two')
        self.assertIsNone(self.superseded_by())
        for resolve in ('evaluate', 'recorded-or-evaluate'):
            self.assertEqual(self.superseded_by(resolve=resolve), 'deploy-0002')
        note(self.origin, two, f'host {PATH}\nhost {OTHER}\n')
        self.assertIsNone(self.superseded_by(resolve='recorded-or-evaluate'))
        note(self.origin, two, f'host {OTHER}\n')
        self.assertEqual(self.superseded_by(), 'deploy-0002')


class Warnings(unittest.TestCase):
    def test_say_who_may_become_root_where_nobody_has_to_sign(self) -> None:
        table = {
            Config(): 0,
            Config(recorded_signers='/etc/signers', resolve='recorded'): 0,
            Config(resolve='recorded'): 1,
            Config(resolve='recorded-or-evaluate'): 1,
        }
        for config, count in table.items():
            self.assertEqual(len(warnings(config)), count, config.resolve)
        said = warnings(Config(resolve='recorded', repository=Repository(url='https://s3cret@example.org/o/r')))[0]
        self.assertRegex(said, 'push to any branch of https://example.org/o/r may become root.*recordedSigners')


if __name__ == '__main__':
    unittest.main()
