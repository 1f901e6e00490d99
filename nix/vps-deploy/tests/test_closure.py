import json
import unittest

from vps_deploy.closure import PathInfo, compare, name_and_version, natural, parse_path_info, reachable


def path(name: str, hash: str = '0') -> str:
    return f'/nix/store/{hash * 32}-{name}'


class Names(unittest.TestCase):
    def test_table(self) -> None:
        table = {
            'hello-2.12.1': ('hello', '2.12.1'),
            'hello-2.12.1-doc': ('hello', '2.12.1'),
            'linux-6.12.3': ('linux', '6.12.3'),
            'linux-6.12.3-modules': ('linux', '6.12.3'),
            'linux-6.12.3-modules-shrunk': ('linux', '6.12.3'),
            'initrd-linux-6.12.3': ('initrd-linux', '6.12.3'),
            'python3-3.12.5-env': ('python3', '3.12.5'),
            'python3.12-requests-2.31.0': ('python3.12-requests', '2.31.0'),
            'perl5.40.0-Config-IniFiles-3.000003': ('perl5.40.0-Config-IniFiles', '3.000003'),
            'glibc-2.40-66-bin': ('glibc', '2.40-66'),
            'gcc-13.3.0-libgcc': ('gcc', '13.3.0'),
            'gcc-13.3.0-lib': ('gcc', '13.3.0'),
            '7zz-24.08': ('7zz', '24.08'),
            'x264-0-unstable-2023-10-01-lib': ('x264', '0-unstable-2023-10-01'),
            'openssl-3.0.14-dev': ('openssl', '3.0.14'),
            'foo-2.0-rc1': ('foo', '2.0-rc1'),
            'foo-1.0-beta': ('foo', '1.0-beta'),
            'nixos-system-vps-arm-25.11.20260101.abcdef0': ('nixos-system-vps-arm', '25.11.20260101.abcdef0'),
            'unit-caddy.service': ('unit-caddy.service', ''),
            'etc-os-release': ('etc-os-release', ''),
            'system-path': ('system-path', ''),
            'source': ('source', ''),
            'kmod-blacklist-31+20240202-2ubuntu8': ('kmod-blacklist', '31+20240202-2ubuntu8'),
            'hello-2.12.1.drv': ('hello', '2.12.1'),
            'util-linux-minimal-2.40.2-login': ('util-linux-minimal', '2.40.2'),
            'a-1': ('a', '1'),
            '-1': ('-1', ''),
            '': ('', ''),
        }
        for name, expected in table.items():
            self.assertEqual(name_and_version(path(name)), expected, name)

    def test_a_name_that_looks_like_a_hash_stays(self) -> None:
        self.assertEqual(name_and_version('/tmp/store/0123456789abcdfghijklmnpqrsvwxyz-x-1'), ('x', '1'))

    def test_versions_are_sorted_as_people_do(self) -> None:
        self.assertEqual(
            sorted(['2.10', '2.9', '2.9-rc1', '10', 'a'], key=natural), ['a', '2.9', '2.9-rc1', '2.10', '10']
        )


A, B, C = ('a' * 32 + '-a-1', 'b' * 32 + '-b-1', 'c' * 32 + '-c-1')


class Reading(unittest.TestCase):
    def test_all_forms_of_path_info(self) -> None:
        store = '/nix/store'
        entry = {'narSize': 7, 'references': [f'{store}/{A}', f'{store}/{B}'], 'valid': True}
        short = {'narSize': 7, 'references': [A, B]}
        forms: list[object] = [
            [{'path': f'{store}/{A}', **entry}],
            {f'{store}/{A}': entry},
            {'info': {A: short}, 'storeDir': store, 'version': 2},
        ]
        for form in forms:
            self.assertEqual(parse_path_info(json.dumps(form)), {A: PathInfo(7, (A, B))})

    def test_a_path_that_is_not_there(self) -> None:
        for form in ([{'path': '/nix/store/x', 'valid': False}], {'/nix/store/x': None}):
            with self.assertRaisesRegex(ValueError, 'x is not in the store'):
                parse_path_info(json.dumps(form))

    def test_a_closure_is_what_can_be_reached(self) -> None:
        paths = {A: PathInfo(1, (A, B)), B: PathInfo(2, (A,)), C: PathInfo(4, (B,))}
        self.assertEqual(reachable(paths, f'/nix/store/{A}'), {A: 1, B: 2})
        self.assertEqual(reachable(paths, f'/nix/store/{C}'), {A: 1, B: 2, C: 4})


class Differences(unittest.TestCase):
    def test_of_two_systems(self) -> None:
        before = {
            path('hello-2.12'): 100,
            path('hello-2.12-doc'): 10,
            path('gone-1'): 5,
            path('same-1'): 7,
            path('unit-a.service'): 1,
            path('two-1'): 1,
        }
        after = {
            path('hello-2.13', '1'): 120,
            path('hello-2.13-doc', '1'): 10,
            path('same-1', '1'): 8,
            path('New-3'): 50,
            path('unit-b.service'): 2,
            path('two-1'): 1,
            path('two-2'): 2,
        }
        diff = compare(before, after).to_json()
        self.assertEqual(
            diff,
            {
                'added': [
                    {'name': 'New', 'to': ['3'], 'sizeBytes': {'from': 0, 'to': 50}},
                    {'name': 'unit-b.service', 'to': [], 'sizeBytes': {'from': 0, 'to': 2}},
                ],
                'removed': [
                    {'name': 'gone', 'from': ['1'], 'sizeBytes': {'from': 5, 'to': 0}},
                    {'name': 'unit-a.service', 'from': [], 'sizeBytes': {'from': 1, 'to': 0}},
                ],
                'changed': [
                    {'name': 'hello', 'from': ['2.12'], 'to': ['2.13'], 'sizeBytes': {'from': 110, 'to': 130}},
                    {'name': 'two', 'from': ['1'], 'to': ['1', '2'], 'sizeBytes': {'from': 1, 'to': 3}},
                ],
                'sizeBytes': {'from': 124, 'to': 193},
            },
        )

    def test_of_a_system_with_itself_is_nothing(self) -> None:
        sizes = {path('a-1'): 1}
        self.assertEqual(
            compare(sizes, sizes).to_json(),
            {'added': [], 'removed': [], 'changed': [], 'sizeBytes': {'from': 1, 'to': 1}},
        )


if __name__ == '__main__':
    unittest.main()
