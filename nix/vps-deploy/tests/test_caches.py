import unittest

from vps_deploy.caches import BuildRefused, check_fetch, check_plan, check_store, silent_one
from vps_deploy.config import Config
from vps_deploy.plan import Resolved

from .recording import OTHER, PATH


class Sentences(unittest.TestCase):
    def refusal(self, warnings: str) -> str:
        with self.assertRaises(BuildRefused) as caught:
            check_fetch(PATH, warnings)
        return str(caught.exception)

    def test_a_path_without_a_good_signature_in_the_words_of_every_nix(self) -> None:
        for words in (
            f"warning: ignoring substitute for '{OTHER}' from 'https://c', as it's not signed by any of the keys in 'trusted-public-keys'",
            f"error: cannot add path '{OTHER}' because it lacks a signature by a trusted key",
            f"error: cannot add path '{OTHER}' because it lacks a valid signature",
        ):
            self.assertTrue(self.refusal(f'error: other\n{words}\n').startswith(f'{OTHER} of the recorded {PATH} is not signed'))

    def test_a_file_that_is_gone(self) -> None:
        self.assertIn('nar/x.nar', self.refusal("error: file 'nar/x.nar' does not exist in binary cache 'https://c'"))

    def test_another_failure_is_none_of_these(self) -> None:
        check_fetch(PATH, f"error: path '{PATH}' is required, but there is no substituter that can build it\nNo space left")

    def test_with_a_cache_that_does_not_answer_another_try_may_help(self) -> None:
        check_fetch(PATH, "file 'nar/x.nar' does not exist in binary cache\nwarning: unable to download 'https://d/x': 503")

    def test_a_cache_that_does_not_answer_is_named(self) -> None:
        said = "don't know\nwarning: unable to download 'https://c/nix-cache-info': Could not connect\x1b\n  /nix/store/x\n"
        self.assertEqual(silent_one(said), "warning: unable to download 'https://c/nix-cache-info': Could not connect\\x1b")
        self.assertIsNone(silent_one("don't know how to build these paths:\n"))

    def test_what_cannot_be_fetched_is_counted(self) -> None:
        plan = Resolved('', PATH, unknown=(OTHER, *(f'{OTHER}-{number}' for number in range(5))))
        with self.assertRaisesRegex(BuildRefused, r'host-2, \S+, \S+ and 3 more of the recorded .*\(https://c\)\.'):
            check_plan(plan, Config(substituters=('https://c',)), is_recorded=True)
        with self.assertRaisesRegex(BuildRefused, 'builds is "never".*nix.conf'):
            check_plan(plan, Config(), is_recorded=False)
        self.assertEqual(check_plan(Resolved('', PATH), Config(), is_recorded=True), Resolved('', PATH))

    def test_the_system_itself_is_named_first(self) -> None:
        check_store(PATH, "checking 'x'...\n")
        with self.assertRaisesRegex(BuildRefused, f'^{PATH} of the recorded'):
            check_store(PATH, f"path '{OTHER}' is untrusted\npath '{PATH}' is untrusted\n")


if __name__ == '__main__':
    unittest.main()
