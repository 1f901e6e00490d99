import unittest

from vps_deploy.config import Config
from vps_deploy.job import Ended, Job
from vps_deploy.prepare import gist_of, inhibitors_in

from .support import InTemporaryDirectory, asked, create

TRACE = """error:
       … while calling the 'throw' builtin
         at /nix/store/x-source/nix/flake.nix:1:40:
            1| { outputs = _: { nixosConfigurations = throw "no way"; }; }
             |                                        ^

       error: no way"""


class Gist(unittest.TestCase):
    def test_is_the_last_error_without_the_trace(self) -> None:
        self.assertEqual(gist_of(TRACE), 'error: no way')

    def test_other_messages_stay_bounded_and_on_one_line(self) -> None:
        self.assertEqual(gist_of('nix eval ended with 1\nand said nothing.'), 'nix eval ended with 1 and said nothing.')
        self.assertEqual(len(gist_of('error: ' + 'x' * 9000)), 601)


INHIBITED = """There are changes to critical components of the system:
dbus-implementation : dbus -> broker
Pre-switch check 'switchInhibitors' failed
"""


class OwnChecks(InTemporaryDirectory):
    def job(self) -> Job:
        state = self.state()
        return Job(create(state, asked()), self.spool(), Config(state_dir=state.path))

    def test_inhibitors_are_named(self) -> None:
        self.assertEqual(inhibitors_in(self.job(), INHIBITED), ['dbus-implementation: dbus -> broker'])

    def test_any_other_check_that_fails_ends_the_deploy_with_its_name(self) -> None:
        job = self.job()
        for answer in ("Pre-switch check 'database' failed\n", f"{INHIBITED}Pre-switch check 'database' failed\n"):
            with self.assertRaises(Ended) as caught:
                inhibitors_in(job, answer)
            self.assertEqual((caught.exception.verdict.status, caught.exception.verdict.exit_code), ('refused', 65))
            self.assertIn('Pre-switch check database of', caught.exception.verdict.message)

    def test_the_words_of_a_system_that_does_not_know_the_question_mean_nothing(self) -> None:
        self.assertEqual(inhibitors_in(self.job(), 'Usage: switch-to-configuration [switch|boot|test]\n'), [])


if __name__ == '__main__':
    unittest.main()
