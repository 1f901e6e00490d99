import unittest

from vps_deploy.people import confirm_lines, lines_of, result_lines


class ForPeople(unittest.TestCase):
    def test_phases_are_headlines_and_logs_are_indented(self) -> None:
        self.assertEqual(lines_of({'type': 'phase', 'name': 'activate', 'state': 'start'}), ['== Activating'])
        self.assertEqual(lines_of({'type': 'phase', 'name': 'activate', 'state': 'end'}), [])
        self.assertEqual(lines_of({'type': 'log', 'stream': 'nix', 'text': 'a\nb'}), ['   a', '   b'])
        self.assertEqual(lines_of({'type': 'of-the-future'}), [])

    def test_a_diff_names_versions(self) -> None:
        event: dict[str, object] = {
            'type': 'diff',
            'added': [{'name': 'hello', 'to': ['1.2']}],
            'removed': [{'name': 'web', 'from': ['1']}],
            'changed': [{'name': 'linux', 'from': ['6.1'], 'to': ['6.2', '6.3']}],
        }
        self.assertEqual(lines_of(event), ['   + hello 1.2', '   - web 1', '   ~ linux 6.1 -> 6.2, 6.3'])

    def test_units_that_nothing_happened_to_are_not_mentioned(self) -> None:
        event: dict[str, object] = {'type': 'units', 'started': ['a.service'], 'newFailed': [{'unit': 'b.service'}]}
        self.assertEqual(lines_of(event), ['   started: a.service', '   newly failed: b.service'])

    def test_a_confirm_is_given_as_the_line_to_type(self) -> None:
        lines = confirm_lines('deploy-0001', {'nonce': 'abc', 'secondsLeft': 30})
        self.assertIn('30 s', lines[0])
        self.assertTrue(lines[1].endswith('confirm deploy-0001 abc'))

    def test_a_result_says_what_and_why(self) -> None:
        event: dict[str, object] = {
            'status': 'scheduled', 'message': 'The default from the next boot on.', 'system': '/nix/store/x',
            'rebootRequired': ['kernel: 1 -> 2'],
        }  # fmt: skip
        lines = ['SCHEDULED: The default from the next boot on.', '   system /nix/store/x', '   a reboot is needed: kernel: 1 -> 2']
        self.assertEqual(result_lines(event), lines)


if __name__ == '__main__':
    unittest.main()
