"""What the shipped units must and must not say: each of these lines was missed once, or would be."""

import configparser
import unittest
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / 'systemd'
# Any of these makes a mount namespace: what an activation mounts would vanish with it.
_NAMESPACES = (
    'PrivateTmp', 'PrivateMounts', 'PrivateDevices', 'ProtectSystem', 'ProtectHome', 'ReadOnlyPaths', 'ReadWritePaths',
    'InaccessiblePaths', 'BindPaths', 'BindReadOnlyPaths', 'TemporaryFileSystem', 'RootDirectory', 'MountAPIVFS',
    'ProtectKernelTunables', 'ProtectControlGroups', 'StateDirectory', 'RuntimeDirectory', 'DynamicUser',
)  # fmt: skip


def _read(path: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(path.read_text(encoding='utf-8'))
    return unit


_UNITS = {path.name: _read(path) for path in _FOLDER.iterdir() if path.suffix != '.conf'}
_SERVICES = {name: unit for name, unit in _UNITS.items() if name.endswith('.service')}
_PATHS = {name: unit for name, unit in _UNITS.items() if name.endswith('.path')}


class Units(unittest.TestCase):
    def test_no_switch_stops_any_of_them(self) -> None:
        for name, unit in _UNITS.items():
            with self.subTest(name):
                self.assertEqual(unit['Unit']['X-StopOnRemoval'], 'false')

    def test_no_switch_restarts_a_program_and_none_blocks_one(self) -> None:
        self.assertGreaterEqual(len(_SERVICES), 3)
        for name, unit in _SERVICES.items():
            with self.subTest(name):
                self.assertEqual(unit['Service']['X-RestartIfChanged'], 'false')
                self.assertEqual(unit['Service']['Type'], 'exec')

    def test_limits_of_systemd_leave_none_of_them_dead(self) -> None:
        for name, unit in _SERVICES.items():
            with self.subTest(name):
                self.assertEqual(unit['Unit']['StartLimitIntervalSec'], '0')
        self.assertEqual(len(_PATHS), 2)
        for name, unit in _PATHS.items():
            with self.subTest(name):
                self.assertEqual(unit['Path']['TriggerLimitIntervalSec'], '0')

    def test_memory_that_runs_out_ends_the_child_and_not_the_program(self) -> None:
        for name in ('vps-deploy-intake', 'vps-deploy-worker', 'vps-deploy-recover'):
            service = _UNITS[f'{name}.service']['Service']
            with self.subTest(name):
                self.assertEqual(service['OOMPolicy'], 'continue')
                self.assertLess(int(service['OOMScoreAdjust']), 0)
                self.assertEqual(service['KillMode'], 'mixed')

    def test_programs_that_run_a_switch_share_the_mounts_of_the_host(self) -> None:
        for name in ('vps-deploy-worker', 'vps-deploy-recover'):
            service = _UNITS[f'{name}.service']['Service']
            with self.subTest(name):
                self.assertEqual([key for key in _NAMESPACES if key in service], [])
                self.assertEqual(service['TimeoutStopSec'], '5min')

    def test_only_what_starts_nothing_by_itself_is_wanted(self) -> None:
        wanted = {name for name, unit in _UNITS.items() if 'Install' in unit}
        self.assertNotIn('vps-deploy-worker.service', wanted)
        self.assertNotIn('vps-deploy-intake.service', wanted)
        self.assertLessEqual(set(_PATHS) | {'vps-deploy-recover.service'}, wanted)

    def test_the_inbox_is_small_and_a_file_system_of_its_own(self) -> None:
        mount = next(unit['Mount'] for name, unit in _UNITS.items() if name.endswith('.mount'))
        self.assertEqual(mount['Type'], 'tmpfs')
        options = set(mount['Options'].split(','))
        self.assertLessEqual({'size=1m', 'nr_inodes=256', 'mode=1730', 'gid=deploy', 'nosuid', 'nodev', 'noexec'}, options)


if __name__ == '__main__':
    unittest.main()
