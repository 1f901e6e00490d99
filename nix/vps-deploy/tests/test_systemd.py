import os
import unittest
from pathlib import Path

from vps_deploy.deadline import unit_of
from vps_deploy.systemd import SystemdFailed, is_stopping, seconds_of, show, show_at_once, start_transient

from .support import InTemporaryDirectory

_BROKEN = 'echo "Failed to get properties: Transport endpoint is not connected" >&2; exit 1'


class TimeSpans(unittest.TestCase):
    def test_reads_what_systemctl_writes(self) -> None:
        table = {
            '38min 21.641434s': 2301.641434,
            '1h 2min 3.5s': 3723.5,
            '1w 2d 3h': 788400.0,
            '950ms': 0.95,
            '12us': 12e-6,
            '1y 1month': 34187400.0,
        }
        for text, seconds in table.items():
            with self.subTest(text=text):
                self.assertAlmostEqual(seconds_of(text), seconds)

    def test_refuses_anything_else(self) -> None:
        for text in ('infinity', '5 s', '3 fortnights'):
            with self.subTest(text=text), self.assertRaises(ValueError):
                seconds_of(text)

    def test_no_timer_is_called_like_that_of_another_deploy(self) -> None:
        self.assertNotEqual(unit_of('deploy-1', 2), unit_of('deploy-1-2', 1))
        self.assertNotEqual(unit_of('deploy-1', 2), unit_of('deploy-1', 1))


class ExecutedAnew(InTemporaryDirectory):
    """A systemd whose connections break while it is updated."""

    def setUp(self) -> None:
        super().setUp()
        path = os.environ['PATH']
        os.environ['PATH'] = f'{self.root}:{path}'
        self.addCleanup(os.environ.__setitem__, 'PATH', path)

    def program(self, name: str, at_first: str, then: str) -> None:
        program = Path(self.root) / name
        asked = f'{self.root}/{name}.asked'
        program.write_text(
            f'#!/bin/sh\nif [ ! -e {asked} ]; then touch {asked}; {at_first}; fi\necho >>{asked}\n{then}\n'
        )
        program.chmod(0o755)

    def times(self, name: str) -> int:
        return 1 + len((Path(self.root) / f'{name}.asked').read_text())

    def test_is_asked_again(self) -> None:
        self.program('systemctl', _BROKEN, 'echo ActiveState=active')
        self.assertEqual(show('a.service', 'ActiveState'), {'ActiveState': 'active'})

    def test_whoever_polls_learns_that_it_does_not_answer_now(self) -> None:
        self.program('systemctl', _BROKEN, 'echo SubState=running')
        self.assertIsNone(show_at_once('a.service', 'SubState'))
        self.assertEqual(show_at_once('a.service', 'SubState'), {'SubState': 'running'})

    def test_another_failure_is_final(self) -> None:
        self.program('systemctl', 'echo "Unknown property" >&2; exit 1', 'echo ActiveState=active')
        with self.assertRaisesRegex(SystemdFailed, 'systemctl show failed: exit code 1: Unknown property'):
            show('a.service', 'ActiveState')

    def test_what_was_started_all_the_same_is_not_started_twice(self) -> None:
        self.program('systemd-run', _BROKEN, 'exit 0')
        self.program('systemctl', ':', 'echo ActiveState=active')
        start_transient('a.service', ['true'], properties=[], env={})
        self.assertEqual(self.times('systemd-run'), 1)

    def test_what_was_not_started_is_started_again(self) -> None:
        self.program('systemd-run', _BROKEN, 'exit 0')
        self.program('systemctl', ':', 'echo ActiveState=inactive')
        start_transient('a.service', ['true'], properties=[], env={})
        self.assertEqual(self.times('systemd-run'), 2)

    def test_knows_a_host_on_its_way_down(self) -> None:
        self.program('systemctl', ':', 'echo stopping; exit 1')
        self.assertTrue(is_stopping())


if __name__ == '__main__':
    unittest.main()
