import unittest

from vps_deploy.prepare import gist_of

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


if __name__ == '__main__':
    unittest.main()
