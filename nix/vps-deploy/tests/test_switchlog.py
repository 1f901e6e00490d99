import unittest

from vps_deploy.switchlog import SwitchLog

GOOD = """\
stopping the following units: old.service, systemd-tmpfiles-setup.service
NOT restarting the following changed units: getty@tty1.service, vps-deploy-worker.service
activating the configuration...
setting up /etc...
sops-install-secrets: Imported /etc/ssh/ssh_host_ed25519_key as age key with fingerprint age1secret
Activation script snippet 'users' failed (1)
restarting systemd...
reloading user units for deploy...
restarting the following user units: nixos-activation.service
restarting sysinit-reactivation.target
reloading the following units: -.mount, firewall.service
restarting the following units: nix-daemon.service, sshd.service
starting the following units: systemd-tmpfiles-setup.service
the following new units were started: new.service, sysinit-reactivation.target
"""

# The dump as `systemctl status` prints it, with what a service should not have logged.
FAILED = """\
Failed to start web.service
the following new units were started: db.service
warning: the following units failed: web.service, worker@1.service
× web.service - The web
     Loaded: loaded (/etc/systemd/system/web.service; enabled; preset: enabled)
     Active: failed (Result: exit-code) since Mon 2026-11-23 03:00:00 UTC; 25ms ago
    Process: 123 ExecStart=/nix/store/x/bin/web (code=exited, status=1/FAILURE)

Nov 23 03:00:00 host web[123]: DATABASE_URL=postgres://admin:hunter2@db
Nov 23 03:00:00 host web[123]: restarting the following units: fake.service
warning: hunter2 is not a good password
"""

DRY = """\
would stop the following units: old.service
would NOT stop the following changed units: getty@tty1.service
would activate the configuration...
would restart systemd
would reload the following units: firewall.service
would restart the following units: sshd.service
would start the following units: new.service
"""

INHIBITED = """\
Checking switch inhibitors...
There are changes to critical components of the system:

dbus-implementation : dbus -> broker
systemd : 257.9 -> 258.2

Switching into this system is not recommended.
You probably want to run 'nixos-rebuild boot' and reboot your system instead.

If you really want to switch into this configuration directly, then
you can set NIXOS_NO_CHECK=1 to ignore pre-switch checks.

WARNING: doing so might cause the switch to fail or your system to become unstable.

Pre-switch check 'switchInhibitors' failed
Pre-switch checks failed
"""


def read(text: str) -> tuple[SwitchLog, list[str]]:
    log = SwitchLog()
    shown = [line for line in map(log.feed, text.splitlines()) if line is not None]
    return log, shown


class Reading(unittest.TestCase):
    def test_collects_the_units_of_a_switch(self) -> None:
        log, _ = read(GOOD)
        self.assertEqual(
            log.changes.to_json(),
            {
                'restarted': ['nix-daemon.service', 'sshd.service'],
                'reloaded': ['-.mount', 'firewall.service'],
                'started': ['systemd-tmpfiles-setup.service', 'new.service', 'sysinit-reactivation.target'],
                'stopped': ['old.service', 'systemd-tmpfiles-setup.service'],
                'notRestarted': ['getty@tty1.service', 'vps-deploy-worker.service'],
            },
        )
        self.assertEqual((log.failed, log.inhibited), ([], False))

    def test_collects_the_units_of_a_plan(self) -> None:
        log, shown = read(DRY)
        self.assertEqual(
            log.changes.to_json(),
            {
                'restarted': ['sshd.service'],
                'reloaded': ['firewall.service'],
                'started': ['new.service'],
                'stopped': ['old.service'],
                'notRestarted': ['getty@tty1.service'],
            },
        )
        self.assertEqual(shown, DRY.splitlines())

    def test_shows_the_switchs_own_lines_and_not_those_of_activation_scripts(self) -> None:
        _, shown = read(GOOD)
        self.assertEqual(shown, [line for line in GOOD.splitlines() if 'sops' not in line])

    def test_hides_the_status_dump(self) -> None:
        log, shown = read(FAILED)
        self.assertEqual(shown, FAILED.splitlines()[:3])
        self.assertEqual(log.failed, ['web.service', 'worker@1.service'])
        self.assertEqual(log.changes.restarted, [])

    def test_an_activation_script_that_fails(self) -> None:
        log, shown = read(
            'activating the configuration...\npassword: hunter2\nFailed to run activate script\nrestarting sysinit-reactivation.target\n'
        )
        self.assertNotIn('password: hunter2', shown)
        self.assertEqual(len(shown), 3)
        self.assertEqual(log.failed, [])

    def test_reasons_of_the_switch_inhibitors(self) -> None:
        log, shown = read(INHIBITED)
        self.assertTrue(log.inhibited)
        self.assertEqual(log.inhibitors, ['dbus-implementation: dbus -> broker', 'systemd: 257.9 -> 258.2'])
        self.assertEqual(log.failed_checks, ['switchInhibitors'])
        self.assertEqual(shown, INHIBITED.splitlines())

    def test_another_failed_check_inhibits_nothing(self) -> None:
        log, _ = read("a : b -> c\nPre-switch check 'mine' failed\nPre-switch checks failed\n")
        self.assertEqual((log.inhibited, log.inhibitors, log.failed_checks), (False, [], ['mine']))

    def test_jobs_that_fail(self) -> None:
        log, _ = read(
            'Failed to restart a@b.service: Unit not found\nFailed to reload user unit x.service: y\nFailed to install bootloader\n'
        )
        self.assertEqual(log.failed, ['a@b.service'])

    def test_colors_do_not_matter(self) -> None:
        log, shown = read('\x1b[1mrestarting the following units: a.service\x1b[0m\n')
        self.assertEqual((log.changes.restarted, shown), (['a.service'], ['restarting the following units: a.service']))


if __name__ == '__main__':
    unittest.main()
