import unittest
from typing import cast

from vps_deploy.rebooting import needed

BOOTED, NEW = '/nix/store/booted', '/nix/store/new'


def result(**known: object) -> dict[str, object]:
    return cast(dict[str, object], {'system': NEW, 'rebootRequired': [], **known})


class Needed(unittest.TestCase):
    def test_by_a_system_that_only_a_boot_makes_run(self) -> None:
        self.assertTrue(needed(result(), BOOTED, BOOTED))

    def test_by_what_the_deploy_found_out(self) -> None:
        self.assertTrue(needed(result(rebootRequired=['init-interface-version: 1 -> 2']), BOOTED, NEW))

    def test_not_by_what_runs_and_differs_in_nothing_a_boot_would_change(self) -> None:
        self.assertFalse(needed(result(), BOOTED, NEW))

    def test_not_by_what_is_booted_already(self) -> None:
        self.assertFalse(needed(result(rebootRequired=['kernel: 1 -> 2']), NEW, NEW))
        self.assertFalse(needed(result(rebootRequired=['kernel: 1 -> 2']), None, BOOTED))

    def test_not_by_a_deploy_without_a_system(self) -> None:
        self.assertFalse(needed({}, BOOTED, BOOTED))


if __name__ == '__main__':
    unittest.main()
