import os
import stat
import unittest
from pathlib import Path
from unittest.mock import patch

from vps_deploy.declared import problem_of

from .recording import HASH
from .support import REV, InTemporaryDirectory

TOOL = """#!/nix/store/bash/bin/bash
case "$1" in
  --hash|--revision)
    if ! [[ aaaa =~ ^[0-9a-f]+$ ]]; then { echo unknown; }; fi
    ;;
  --json)
    cat <<EOF
{"configurationRevision":%s,"nixosVersion":"25.11","nixpkgsRevision":"bbbb"}
EOF
    ;;
esac
"""


class Declared(InTemporaryDirectory):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(patch.dict(os.environ, {'NIX_STORE_DIR': f'{self.root}/store'}))
        self.system = Path(self.root, 'store', f'{HASH}-nixos-system-host-1')
        self.write('bin/switch-to-configuration', '#!/bin/sh\n').chmod(0o755)
        self.write('nixos-version', '25.11')
        self.tool(TOOL % f'"{REV}"')

    def write(self, name: str, text: str) -> Path:
        file = self.system / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text)
        return file

    def tool(self, text: str) -> None:
        """As NixOS has it: behind links from one store path to another."""
        other = Path(self.root, 'store', f'{HASH}-nixos-version')
        other.mkdir(exist_ok=True)
        ran = f'#!/bin/sh\ntouch {self.root}/ran\n'
        (other / 'nixos-version').write_text(ran + text)
        (other / 'nixos-version').chmod(0o755)
        link = self.system / 'sw/bin/nixos-version'
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(other / 'nixos-version')

    def problem(self, rev: str = REV) -> str | None:
        problem = problem_of(str(self.system), rev)
        self.assertFalse(os.path.exists(f'{self.root}/ran'), 'a program of the system was run')
        if problem:
            self.assertRegex(problem, r'\A[^\n]+\.\Z')
        return problem

    def test_the_system_of_the_commit_is_fine(self) -> None:
        self.assertIsNone(self.problem())
        self.tool(f"""echo '{{"configurationRevision":"{REV}","nixosVersion":"25.11"}}'\n""")
        self.assertIsNone(self.problem())

    def test_that_of_another_is_not(self) -> None:
        other = 'f' * 40
        self.assertIn(f'built from {REV}, not from commit {other}', self.problem(other) or '')
        self.tool(TOOL % f'"{REV}-dirty"')
        self.assertIn(f'built from {REV}-dirty, not from', self.problem() or '')
        self.tool(TOOL % '"\\u001b[31m"')
        self.assertNotIn('\x1b', self.problem() or '')

    def test_one_that_does_not_say_is_told_how_to(self) -> None:
        for text in (TOOL % 'null', TOOL % '""', TOOL.replace('"configurationRevision":%s,', '')):
            self.tool(text)
            self.assertIn('configurationRevision is null): set system.configurationRevision = self.rev', self.problem() or '')

    def test_a_tool_that_is_another_says_nothing(self) -> None:
        twice = TOOL % f'"{REV}"' + TOOL % f'"{"e" * 40}"'
        deep = f'{{"nixosVersion":{"[" * 60000}}}'
        for text in ('', 'exec other "$@"\n', f'{{"configurationRevision":"{REV}"}}\n', '{not json}\n', twice, '{1}\n', deep):
            self.tool(text)
            self.assertIn('is not the tool of NixOS', self.problem() or '', text)
        self.tool('x' * (64 << 10) + TOOL % f'"{REV}"')
        self.assertIn('is not the tool of NixOS', self.problem() or '')
        os.unlink(self.system / 'sw/bin/nixos-version')
        self.assertIn('has no sw/bin/nixos-version', self.problem() or '')

    def test_what_is_no_system_is_refused(self) -> None:
        switch = self.system / 'bin/switch-to-configuration'
        switch.chmod(0o644)
        self.assertIn('bin/switch-to-configuration that can be run', self.problem() or '')
        switch.unlink()
        self.assertIn('is not a NixOS system: it has no bin/switch-to-configuration.', self.problem() or '')
        self.write('bin/switch-to-configuration', '').chmod(0o755)
        os.unlink(self.system / 'nixos-version')
        self.assertIn('it has no nixos-version.', self.problem() or '')

    def test_a_link_is_no_system(self) -> None:
        real, self.system = self.system, Path(self.root, 'store', f'{HASH}-link')
        self.system.symlink_to(real)
        self.assertIn(f'not a NixOS system but a link to {real}: record what it leads to', self.problem() or '')

    def test_a_file_is_no_system(self) -> None:
        self.system = Path(self.root, 'store', f'{HASH}-hello')
        self.system.write_text('hello')
        self.assertIn('is not a NixOS system', self.problem() or '')

    def test_nothing_outside_the_store_is_looked_at(self) -> None:
        outside = Path(self.root, 'outside')
        outside.write_text(TOOL % f'"{REV}"')
        outside.chmod(0o755)
        for name, words in (('sw/bin/nixos-version', 'has no sw/bin'), ('bin/switch-to-configuration', 'it has no bin')):
            link = self.system / name
            link.unlink()
            link.symlink_to(outside)
            self.assertIn(words, self.problem() or '')

    def test_a_pipe_is_not_waited_for(self) -> None:
        link = self.system / 'sw/bin/nixos-version'
        link.unlink()
        os.mkfifo(link)
        self.assertTrue(stat.S_ISFIFO(os.stat(link).st_mode))
        self.assertIn('has no sw/bin/nixos-version', self.problem() or '')


if __name__ == '__main__':
    unittest.main()
