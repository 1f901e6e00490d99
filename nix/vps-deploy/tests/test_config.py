import json
import os
import unittest

from vps_deploy.config import Config, ConfigError, HealthCheck, checks_of, parse

from .support import InTemporaryDirectory

WRONG = [
    ('not json', 'not JSON'),
    ('[]', 'expected an object'),
    ('{"unknown": 1}', 'unknown key unknown'),
    ('{"repository": {"brunch": "main"}}', 'unknown key brunch'),
    ('{"settleSeconds": "5"}', "settleSeconds is '5', expected a whole number"),
    ('{"settleSeconds": -1}', 'settleSeconds is -1'),
    ('{"settleSeconds": true}', 'settleSeconds is True'),
    ('{"allowRewind": "yes"}', "allowRewind is 'yes', expected true or false"),
    ('{"resolve": "guess"}', "resolve is 'guess', expected one of evaluate"),
    ('{"substituters": "https://x"}', 'expected a list of strings'),
    ('{"substituters": [1]}', 'expected a list of strings'),
    ('{"healthChecks": [{"name": "x"}]}', 'needs a name and a command'),
    ('{"healthChecks": [{"name": "x", "command": ["true"], "shell": true}]}', 'unknown key shell'),
    ('{"stateDir": "relative"}', 'expected an absolute path'),
    ('{"minConfirmSeconds": 700}', 'above maxConfirmSeconds'),
    ('{"configuration": "a\\u0000b"}', 'expected a string'),
]


class Configuration(unittest.TestCase):
    def test_every_key_has_its_default(self) -> None:
        self.assertEqual(parse('{}', 'x'), Config())

    def test_given_keys_are_taken(self) -> None:
        text = json.dumps({
            'repository': {'url': 'https://example.org/r.git', 'flakeDir': '.'},
            'healthChecks': [{'name': 'web', 'command': ['curl', '-f', 'http://localhost']}],
            'keepDeploys': 3,
        })  # fmt: skip
        config = parse(text, 'x')
        self.assertEqual(config.repository.url, 'https://example.org/r.git')
        self.assertEqual(config.health_checks, (HealthCheck('web', ('curl', '-f', 'http://localhost'), 30),))
        self.assertEqual(config.keep_deploys, 3)

    def test_a_wrong_value_is_named_with_what_was_expected(self) -> None:
        for text, message in WRONG:
            with self.subTest(text=text), self.assertRaises(ConfigError) as caught:
                parse(text, 'config.json')
            self.assertIn(message, str(caught.exception))


class NewSystem(InTemporaryDirectory):
    def write(self, text: str) -> None:
        os.makedirs(f'{self.root}/etc/vps-deploy', exist_ok=True)
        with open(f'{self.root}/etc/vps-deploy/config.json', 'w', encoding='utf-8') as file:
            file.write(text)

    def test_keys_of_a_later_version_do_not_matter(self) -> None:
        self.write('{"settleSeconds": 7, "ofTheFuture": 1, "repository": {"alsoNew": true}}')
        checks = checks_of(self.root)
        self.assertEqual(checks and checks.settle_seconds, 7)

    def test_a_system_without_the_file_has_no_checks(self) -> None:
        self.assertIsNone(checks_of(self.root))

    def test_a_file_the_new_system_could_not_work_with_is_an_error(self) -> None:
        for text in ('{"healthChecks": [{"name": "x", "command": []}]}', '{"stateDir": 5}', '{'):
            with self.subTest(text=text):
                self.write(text)
                with self.assertRaises(ConfigError):
                    checks_of(self.root)
