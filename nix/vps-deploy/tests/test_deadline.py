import os
import unittest

from vps_deploy import clock
from vps_deploy.deadline import Timer, arm, base
from vps_deploy.systemd import SystemdFailed

from .support import InTemporaryDirectory

_SYSTEMCTL = """#!/bin/sh
echo "$*" >>{root}/asked
echo 'UserspaceTimestampMonotonic=0'
echo 'NextElapseUSecMonotonic={elapses}'
"""


class Arming(InTemporaryDirectory):
    def setUp(self) -> None:
        super().setUp()
        path = os.environ['PATH']
        os.environ['PATH'] = f'{self.root}:{path}'
        self.addCleanup(os.environ.__setitem__, 'PATH', path)
        base.cache_clear()
        self.addCleanup(base.cache_clear)

    def arm(self, elapses: str) -> None:
        self.put('systemctl', _SYSTEMCTL.format(root=self.root, elapses=elapses))
        self.put('systemd-run', '#!/bin/sh\n')
        arm(Timer('deadline-1', clock.monotonic() + 600, ['true'], {}))

    def put(self, name: str, text: str) -> None:
        with open(f'{self.root}/{name}', 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(f'{self.root}/{name}', 0o755)

    def asked(self) -> str:
        with open(f'{self.root}/asked', encoding='utf-8') as file:
            return file.read()

    def test_believes_a_timer_that_fires_in_time(self) -> None:
        self.arm(f'{clock.monotonic() + 600:.0f}s')
        self.assertNotIn('stop', self.asked())

    def test_does_not_believe_one_that_says_nothing_of_use_and_leaves_none_behind(self) -> None:
        for said in ('infinity', '', '1s'):
            with self.subTest(said=said), self.assertRaisesRegex(SystemdFailed, r'deadline-1\.timer'):
                self.arm(said)
            self.assertTrue(self.asked().endswith('stop deadline-1.timer\n'))


if __name__ == '__main__':
    unittest.main()
