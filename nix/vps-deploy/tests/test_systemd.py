import unittest

from vps_deploy.deadline import unit_of
from vps_deploy.systemd import seconds_of


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


if __name__ == '__main__':
    unittest.main()
