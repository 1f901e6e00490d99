import os
import unittest

from vps_deploy import finish, refusals, results
from vps_deploy.config import Config
from vps_deploy.hello import last_result
from vps_deploy.job import Job, Verdict

from .support import InTemporaryDirectory, asked, create


class Refusals(InTemporaryDirectory):
    def lines(self) -> list[str]:
        with open(f'{self.root}/state/refused.log', encoding='utf-8') as file:
            return file.read().splitlines()

    def test_the_last_hundred_stay_each_on_one_line(self) -> None:
        state, spool = self.state(), self.spool()
        for number in range(refusals.KEPT + 5):
            refusals.remember(state, spool, 'deploy', f'number {number}\nwith \x1b[31mmore')
        self.assertEqual(len(self.lines()), refusals.KEPT)
        self.assertTrue(self.lines()[-1].endswith('Z deploy: number 104 with \\x1b[31mmore'), self.lines()[-1])
        self.assertIn('number 5 ', self.lines()[0])

    def test_a_deploy_refused_by_the_worker_is_kept_too_and_is_not_the_last_result(self) -> None:
        state, spool = self.state(), self.spool()
        settings = Config(state_dir=state.path, profile=f'{self.root}/profile')
        for id, verdict in (
            ('deployed-1', Verdict('deployed', results.OK, 'It runs.')),
            ('refused-1', Verdict('refused', results.POLICY, 'It is older.')),
        ):
            job = Job(create(state, asked(id)), spool, settings)
            finish.store(job, verdict)
            seconds = 1000 if id == 'deployed-1' else 2000
            os.utime(job.deploy / 'result.json', (seconds, seconds))
        self.assertEqual((last_result(state) or {})['id'], 'deployed-1')
        self.assertEqual([line.partition(' ')[2] for line in self.lines()], ['deploy refused-1: It is older.'])

    def test_without_any_other_there_is_no_last_result(self) -> None:
        state = self.state()
        create(state, asked('refused-1')).set_result(results.result(asked('refused-1'), 'refused', 65, 'No.'))
        self.assertIsNone(last_result(state))


if __name__ == '__main__':
    unittest.main()
