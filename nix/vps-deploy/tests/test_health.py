import tempfile
import threading
import time
import unittest
from pathlib import Path

from vps_deploy.config import HealthCheck
from vps_deploy.health import run_checks
from vps_deploy.process import Canceled


class Checks(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.said: list[bytes] = []

    def run_all(self, *checks: HealthCheck, seconds: float = 30) -> list[str]:
        return run_checks(checks, deadline=time.monotonic() + seconds, on_line=lambda _, raw, __: self.said.append(raw))

    def test_pass(self) -> None:
        self.assertEqual(self.run_all(HealthCheck('a', ('true',)), HealthCheck('b', ('sh', '-c', 'echo fine'))), [])
        self.assertEqual(self.said, [b'fine'])
        self.assertEqual(self.run_all(), [])

    def test_are_repeated_until_they_pass(self) -> None:
        script = f'echo x >> {self.directory}/runs; test $(wc -l < {self.directory}/runs) -ge 3'
        started = time.monotonic()
        self.assertEqual(self.run_all(HealthCheck('late', ('sh', '-c', script))), [])
        self.assertLess(time.monotonic() - started, 6)

    def test_say_how_they_failed(self) -> None:
        problem = self.run_all(HealthCheck('web', ('sh', '-c', 'echo "502 Bad \x1bGateway"; exit 22'), 1))[0]
        self.assertEqual(problem, 'Health check web did not pass within 1 s: it exited with 22 (502 Bad \\x1bGateway).')
        self.assertIn('signal 9', self.run_all(HealthCheck('web', ('sh', '-c', 'kill -9 $$'), 1))[0])

    def test_use_no_shell(self) -> None:
        self.assertEqual(self.run_all(HealthCheck('x', ('test', '$(id) ; x', '=', '$(id) ; x'), 1)), [])

    def test_that_hang_are_killed(self) -> None:
        started = time.monotonic()
        self.assertIn('did not end in time', self.run_all(HealthCheck('slow', ('sleep', '60'), 1))[0])
        self.assertLess(time.monotonic() - started, 4)

    def test_end_at_the_deadline_of_all(self) -> None:
        started = time.monotonic()
        problems = self.run_all(HealthCheck('a', ('false',)), HealthCheck('b', ('true',)), seconds=1)
        self.assertLess(time.monotonic() - started, 3)
        self.assertEqual(len(problems), 2)
        self.assertIn('no time left', problems[1])

    def test_that_cannot_be_run_fail_at_once(self) -> None:
        started = time.monotonic()
        self.assertIn('/nonexistent/check', self.run_all(HealthCheck('x', ('/nonexistent/check',)))[0])
        self.assertLess(time.monotonic() - started, 1)

    def test_stop_when_canceled_also_between_two_runs(self) -> None:
        for command in (('sleep', '60'), ('false',)):
            wish = threading.Event()
            timer = threading.Timer(0.3, wish.set)
            timer.start()
            started = time.monotonic()
            with self.assertRaises(Canceled):
                run_checks(
                    [HealthCheck('x', command)],
                    deadline=started + 30,
                    on_line=lambda _, __, ___: None,
                    canceled=wish.is_set,
                )
            self.assertLess(time.monotonic() - started, 3)
            timer.join()


if __name__ == '__main__':
    unittest.main()
