"""defaults.json is what the NixOS module takes its defaults and the names of its options from."""

import json
import re
import unittest
from pathlib import Path
from typing import cast

from vps_deploy.config import Config, Repository, SignedCommits, parse

_FILE = Path(__file__).resolve().parent.parent / 'defaults.json'
_TEXT = _FILE.read_text(encoding='utf-8')


def _keys(fields: tuple[str, ...]) -> set[str]:
    return {re.sub('_(.)', lambda match: match[1].upper(), field) for field in fields}


class Defaults(unittest.TestCase):
    def test_they_are_those_of_a_file_that_says_nothing(self) -> None:
        self.assertEqual(parse(_TEXT, 'defaults.json'), parse('{}', 'config.json'))
        self.assertEqual(parse('{}', 'config.json'), Config())

    def test_every_key_is_named_and_no_other(self) -> None:
        values = cast(dict[str, dict[str, object]], json.loads(_TEXT))
        self.assertEqual(set(values), _keys(Config._fields))
        self.assertEqual(set(values['repository']), _keys(Repository._fields))
        self.assertEqual(set(values['signedCommits']), _keys(SignedCommits._fields))


if __name__ == '__main__':
    unittest.main()
