import os
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from vps_deploy.units import (
    FailedUnit,
    Snapshot,
    UnitsUnknown,
    failed_in_switch,
    newly_failed,
    no_longer_active,
    parse,
    snapshot,
)

NOW = 10_000.0


def block(name: str, **changed: str) -> str:
    """As `systemctl show` of systemd 252 prints a running service."""
    values = {
        'Type': 'simple', 'Result': 'success', 'NRestarts': '0', 'ExecMainCode': '0', 'ExecMainStatus': '0', 'Id': name,
        'LoadState': 'loaded', 'ActiveState': 'active', 'SubState': 'running', 'Transient': 'no',
        'InactiveExitTimestampMonotonic': '5000000',
    }  # fmt: skip
    return ''.join(f'{key}={value}\n' for key, value in {**values, **changed}.items())


def failed(name: str, **changed: str) -> str:
    state = {
        'ActiveState': 'failed',
        'SubState': 'failed',
        'Result': 'exit-code',
        'ExecMainCode': '1',
        'ExecMainStatus': '3',
    }
    return block(name, **{**state, **changed})


def retrying(name: str, **changed: str) -> str:
    state = {
        'ActiveState': 'activating',
        'SubState': 'auto-restart',
        'Result': 'exit-code',
        'ExecMainCode': '1',
        'ExecMainStatus': '1',
    }
    return block(name, **{**state, 'NRestarts': '4', **changed})


def restarted(name: str, count: int, started: float) -> str:
    return block(name, NRestarts=str(count), InactiveExitTimestampMonotonic=str(int(started * 1e6)))


def taken(*blocks: str, at: float = NOW) -> Snapshot:
    return parse('\n'.join(blocks), at)


class NewlyFailed(unittest.TestCase):
    def check(
        self, before: Snapshot, after: Snapshot, expected: list[FailedUnit], settling: Snapshot | None = None
    ) -> None:
        self.assertEqual(newly_failed(before, after, settling), expected)

    def test_a_failed_service_with_its_exit_status(self) -> None:
        self.check(taken(block('a.service')), taken(failed('a.service')), [FailedUnit('a.service', 'exit-code', 3)])
        self.check(taken(), taken(failed('new.service')), [FailedUnit('new.service', 'exit-code', 3)])

    def test_a_service_killed_by_a_signal(self) -> None:
        after = taken(failed('a.service', Result='signal', ExecMainCode='2', ExecMainStatus='9'))
        self.check(taken(), after, [FailedUnit('a.service', 'signal', 9)])

    def test_units_without_a_program(self) -> None:
        mount = 'Id=data.mount\nLoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\n'
        self.check(taken(), taken(mount), [FailedUnit('data.mount', 'exit-code', None)])

    def test_what_was_broken_before_is_not_blamed(self) -> None:
        for state in (failed, retrying):
            self.check(taken(state('a.service')), taken(failed('a.service')), [])
            self.check(taken(state('a.service')), taken(retrying('a.service')), [])

    def test_a_crash_loop_that_is_never_failed(self) -> None:
        self.check(taken(block('a.service')), taken(retrying('a.service')), [FailedUnit('a.service', 'exit-code', 1)])
        queued = retrying('a.service', SubState='auto-restart-queued')
        self.check(taken(block('a.service')), taken(queued), [FailedUnit('a.service', 'exit-code', 1)])

    def test_a_crash_loop_caught_while_it_runs(self) -> None:
        settling, after = taken(block('a.service')), taken(restarted('a.service', 2, NOW - 1))
        self.check(taken(block('a.service')), after, [FailedUnit('a.service', 'restarting', None)], settling)
        self.check(
            taken(), taken(restarted('n.service', 1, NOW)), [FailedUnit('n.service', 'restarting', None)], taken()
        )

    def test_a_loop_that_was_there_before_is_not_blamed(self) -> None:
        before = taken(restarted('a.service', 70, NOW - 3))
        self.check(before, taken(restarted('a.service', 72, NOW)), [], taken(restarted('a.service', 70, NOW)))
        # The switch restarted it, which sets the count back to 0.
        self.check(before, taken(restarted('a.service', 1, NOW)), [], taken(restarted('a.service', 0, NOW)))

    def test_a_restart_long_ago_is_no_excuse(self) -> None:
        before = taken(restarted('a.service', 1, NOW - 90_000))
        after = taken(restarted('a.service', 3, NOW))
        self.check(before, after, [FailedUnit('a.service', 'restarting', None)], before)

    def test_a_wanted_restart_after_success_is_fine(self) -> None:
        waiting = retrying('a.service', Result='success', ExecMainStatus='0')
        self.check(taken(), taken(waiting), [])

    def test_a_removed_service_that_ended_badly_is_not_sick(self) -> None:
        self.check(taken(block('a.service')), taken(failed('a.service', LoadState='not-found')), [])

    def test_odd_names(self) -> None:
        for name in ('getty@tty1.service', r'dev-disk-by\x2duuid-1234.swap', r'a@b\x20c.service', 'x-y=z.service'):
            self.check(taken(block(name)), taken(failed(name)), [FailedUnit(name, 'exit-code', 3)])

    def test_all_are_named_in_order(self) -> None:
        found = newly_failed(taken(), taken(failed('b.service'), retrying('a.service'), block('c.service')))
        self.assertEqual([unit.unit for unit in found], ['a.service', 'b.service'])
        self.assertEqual(found[1].to_json(), {'unit': 'b.service', 'result': 'exit-code', 'exitStatus': 3})


class FailedInSwitch(unittest.TestCase):
    def test_a_crash_loop_is_named_by_the_snapshot_that_sees_it(self) -> None:
        loop = FailedUnit('a.service', 'exit-code', 1)
        self.assertEqual(failed_in_switch(taken(), taken(retrying('a.service')), ['a.service']), [loop])
        self.assertEqual(failed_in_switch(taken(), taken(retrying('a.service')), []), [loop])

    def test_a_crash_loop_that_runs_again_has_to_settle(self) -> None:
        after = taken(restarted('a.service', 1, NOW))
        self.assertIsNone(failed_in_switch(taken(block('a.service')), after, ['a.service']))

    def test_what_was_broken_before_is_no_reason(self) -> None:
        was, now = taken(failed('a.service')), taken(failed('a.service'), block('b.service'))
        self.assertIsNone(failed_in_switch(was, now, ['a.service']))
        self.assertEqual(failed_in_switch(was, now, ['a.service', 'b.service']), [])

    def test_what_is_not_to_be_seen_has_no_name(self) -> None:
        self.assertEqual(failed_in_switch(taken(), taken(block('a.service')), []), [])


class Active(unittest.TestCase):
    def test_counts_what_the_configuration_knows(self) -> None:
        seen = taken(
            block('a.service'), block('run-1.service', Transient='yes'), block('dev-sda.device'), block('user.slice'), block('session-1.scope'),
            block('b.socket'), block('c.service', ActiveState='inactive'), block('d.service', ActiveState='reloading'),
            block('e.service', LoadState='not-found'),
        )  # fmt: skip
        self.assertEqual(seen.active, {'a.service', 'b.socket', 'd.service'})

    def test_tells_what_no_longer_runs(self) -> None:
        before = taken(block('a.service'), block('b.service'), block('c.service'))
        after = taken(block('b.service'), failed('c.service'))
        self.assertEqual(no_longer_active(before, after), ['a.service', 'c.service'])


class Asking(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(patch.dict(os.environ, {'PATH': f'{self.directory}:{os.environ["PATH"]}'}))

    def systemctl(self, script: str) -> None:
        program = self.directory / 'systemctl'
        program.write_text(f'#!/bin/sh\n{script}\n')
        program.chmod(0o755)

    def test_asks_again_while_systemd_restarts_itself(self) -> None:
        (self.directory / 'units').write_text(block('a.service'))
        self.systemctl(
            f'test -e {self.directory}/asked || {{ touch {self.directory}/asked; exit 1; }}; cat {self.directory}/units'
        )
        self.assertEqual(snapshot().active, {'a.service'})

    def test_says_that_systemd_does_not_answer(self) -> None:
        self.systemctl('exit 1')
        with self.assertRaises(UnitsUnknown):
            snapshot(1)


if __name__ == '__main__':
    unittest.main()
