import json
import os
import unittest
from unittest import mock

from vps_deploy import decision
from vps_deploy.config import Config, Repository
from vps_deploy.intake import Host, Refused, answer, handle, is_volatile
from vps_deploy.spool import MAX_QUEUED, Letter, new_token
from vps_deploy.state import Confirmation

from .support import REV, InTemporaryDirectory

NONCE = '0123456789abcdef' * 2


class Requests(InTemporaryDirectory):
    def setUp(self) -> None:
        super().setUp()
        self.host = self.host_with()
        self.host.state.prepare()

    def host_with(self, **changes: object) -> Host:
        settings = Config(repository=Repository(url='https://example.org/r.git'), state_dir=f'{self.root}/state')
        spool = self.spool() if not os.path.exists(f'{self.root}/queue') else self.host.spool
        return Host(spool, settings._replace(**changes))  # type: ignore[arg-type]

    def ask(self, request: str, ticks: int = 10, host: Host | None = None) -> dict[str, object]:
        return handle(Letter(new_token(), request, ticks, 22), host or self.host)

    def deploy(self, id: str = 'deploy-0001', confirm: int = 30) -> dict[str, object]:
        return self.ask(f'deploy {id} {REV} switch {confirm} 600')

    def refused(self, request: str, ticks: int = 10, host: Host | None = None) -> str:
        with self.assertRaises(Refused) as caught:
            self.ask(request, ticks, host)
        self.assertEqual(caught.exception.exit_code, 65)
        return caught.exception.message

    def events(self, id: str) -> list[dict[str, object]]:
        with open(f'{self.root}/state/deploys/{id}/events.ndjson', encoding='utf-8') as file:
            return [json.loads(line) for line in file]

    def test_a_deploy_is_accepted_and_queued(self) -> None:
        self.deploy('deploy-0001')
        self.deploy('deploy-0002')
        first, second = self.events('deploy-0001'), self.events('deploy-0002')
        self.assertEqual([event['type'] for event in first], ['accepted'])
        self.assertEqual([first[0][key] for key in ('id', 'kind', 'rev', 'mode')], ['deploy-0001', 'deploy', REV, 'switch'])
        self.assertEqual([(event['type'], event.get('position')) for event in second], [('accepted', None), ('queued', 1)])
        self.assertEqual(self.host.spool.queued(), ['deploy-0001', 'deploy-0002'])

    def test_the_same_request_again_attaches_and_another_one_is_refused(self) -> None:
        self.deploy()
        self.assertEqual(self.deploy(), {'accepted': 'deploy-0001'})
        self.assertEqual(self.host.spool.queued(), ['deploy-0001'])
        self.assertIn('other arguments', self.refused(f'deploy deploy-0001 {REV} switch 31 600'))
        self.assertIn('other arguments', self.refused(f'deploy deploy-0001 {REV} boot 30 600'))

    def test_more_time_to_confirm_than_allowed_is_cut_with_a_warning(self) -> None:
        self.deploy(confirm=601)
        self.assertEqual([event['type'] for event in self.events('deploy-0001')], ['accepted', 'warning'])
        self.assertEqual(self.host.known('deploy-0001').asked().confirm_seconds, 600)
        self.assertEqual(self.deploy(confirm=601), {'accepted': 'deploy-0001'})

    def test_a_host_that_demands_a_confirm_gets_one(self) -> None:
        strict = self.host_with(min_confirm_seconds=20)
        self.assertIn('minConfirmSeconds', self.refused(f'deploy deploy-0001 {REV} switch 0 600', host=strict))
        self.assertIn('minConfirmSeconds', self.refused(f'deploy deploy-0001 {REV} test 19 600', host=strict))
        self.ask(f'deploy deploy-0001 {REV} dry-activate 0 600', host=strict)
        self.ask(f'deploy deploy-0002 {REV} switch 20 600', host=strict)

    def test_the_queue_is_full_at_sixteen_beside_the_active_one(self) -> None:
        self.deploy('deploy-active')
        self.host.spool.set_active('deploy-active', self.host.config.state_dir)
        for number in range(MAX_QUEUED):
            self.deploy(f'deploy-{number:04d}')
        self.assertIn('16 deploys wait', self.refused(f'deploy one-too-many {REV} switch 30 600'))

    def test_a_rollback_request_needs_permission(self) -> None:
        self.assertIn('allowRollback', self.refused('rollback rollback-1 0 600'))
        self.ask('rollback rollback-1 0 600', host=self.host_with(allow_rollback=True))
        accepted = self.events('rollback-1')[0]
        self.assertEqual([accepted[key] for key in ('kind', 'rev', 'mode')], ['rollback', None, 'switch'])

    def test_what_this_version_cannot_do_is_refused(self) -> None:
        request = f'deploy deploy-0001 {REV} switch 30 600'
        self.assertIn('repository', self.refused(request, host=self.host_with(repository=Repository())))

    def test_a_confirm_over_a_new_connection_makes_the_decision_once(self) -> None:
        self.deploy()
        deploy = self.host.known('deploy-0001')
        self.assertIn('does not wait', self.refused(f'confirm deploy-0001 {NONCE}', 200))
        deploy.set_confirmation(Confirmation(NONCE, 100))
        self.assertIn('not the nonce', self.refused(f'confirm deploy-0001 {"0" * 32}', 200))
        for ticks, word in ((0, 'over SSH'), (99, 'new connection'), (100, 'new connection')):
            self.assertIn(word, self.refused(f'confirm deploy-0001 {NONCE}', ticks))
        self.assertIsNone(decision.read(deploy.path))
        for ticks in (101, 101, 1):
            self.assertEqual(self.ask(f'confirm deploy-0001 {NONCE}', ticks), {'confirmed': True})
        self.assertEqual(decision.read(deploy.path), ('commit', 'confirm'))

    def test_a_confirm_after_the_deadline_is_too_late(self) -> None:
        self.deploy()
        deploy = self.host.known('deploy-0001')
        deploy.set_confirmation(Confirmation(NONCE, 100))
        decision.decide(deploy.path, 'rollback', 'deadline')
        self.assertIn('too late', self.refused(f'confirm deploy-0001 {NONCE}', 101))

    def test_an_abort_ends_what_waits_and_tells_what_runs(self) -> None:
        self.deploy('deploy-0001')
        self.deploy('deploy-0002')
        self.host.known('deploy-0001').keep_config('{}')
        self.assertEqual(self.ask('abort deploy-0002'), {'aborting': True})
        result = self.events('deploy-0002')[-1]
        self.assertEqual([result[key] for key in ('status', 'kind', 'mode')], ['aborted', 'deploy', 'switch'])
        self.assertEqual(self.host.spool.queued(), ['deploy-0001'])
        self.assertEqual(self.ask('abort deploy-0001'), {'aborting': True})
        self.assertEqual(decision.read(self.host.known('deploy-0001').path), ('rollback', 'abort'))
        self.assertIsNone(self.host.known('deploy-0001').result())
        self.assertIn('finished', self.refused('abort deploy-0002'))

    def test_an_abort_after_the_decision_is_too_late(self) -> None:
        self.deploy()
        self.host.spool.set_active('deploy-0001', self.host.config.state_dir)
        decision.decide(self.host.known('deploy-0001').path, 'commit', 'checks')
        self.assertIn('too late', self.refused('abort deploy-0001'))

    def test_deploys_nobody_knows_are_refused(self) -> None:
        for request in ('abort unknown-1', f'confirm unknown-1 {NONCE}', 'reboot unknown-1'):
            self.assertIn('there is no deploy unknown-1', self.refused(request))


class Answers(InTemporaryDirectory):
    def ask(self, request: str, settings: str) -> dict[str, object]:
        spool = self.spool()
        with open(f'{self.root}/config.json', 'w', encoding='utf-8') as file:
            file.write(settings)
        with mock.patch.dict(os.environ, {'VPS_DEPLOY_CONFIG': f'{self.root}/config.json'}):
            return answer(Letter(new_token(), request, 1, 1), spool)

    def settings(self, **more: object) -> str:
        return json.dumps({'stateDir': f'{self.root}/state', 'allowVolatileState': True, **more})

    def test_refusals_have_their_exit_code_and_are_remembered(self) -> None:
        self.assertEqual(self.ask('abort unknown-1', self.settings())['exit'], 65)
        with open(f'{self.root}/state/refused.log', encoding='utf-8') as file:
            self.assertIn('abort: there is no deploy unknown-1', file.read())

    def test_nonsense_in_the_inbox_is_a_bad_request(self) -> None:
        self.assertEqual(self.ask('rm -rf /', self.settings())['exit'], 64)

    def test_a_broken_configuration_is_named(self) -> None:
        said = self.ask('abort unknown-1', '{"stateDir": 5}')
        self.assertEqual((said['exit'], 'stateDir is 5' in str(said['message'])), (70, True))


class Volatile(InTemporaryDirectory):
    def test_a_file_system_in_memory_is_told_from_one_on_disk(self) -> None:
        device = os.stat(self.root).st_dev
        for kind, volatile in (('ext4', False), ('tmpfs', True), ('ramfs', True)):
            path = f'{self.root}/mountinfo'
            with open(path, 'w', encoding='ascii') as file:
                file.write('20 1 0:999999 / / rw - ext4 x rw\n')
                file.write(f'21 1 {os.major(device)}:{os.minor(device)} / /m rw,x master:1 - {kind} y rw\n')
            self.assertEqual(is_volatile(self.root, path), volatile)


if __name__ == '__main__':
    unittest.main()
