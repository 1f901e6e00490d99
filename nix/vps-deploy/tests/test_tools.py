import os
import shutil
import subprocess
import unittest

from vps_deploy import tools

from .support import InTemporaryDirectory, asked, create


class Kept(InTemporaryDirectory):
    def test_is_a_program_with_all_that_it_needs(self) -> None:
        deploy = create(self.state(), asked('deploy-0001'))
        self.assertTrue(os.access(tools.keep(deploy), os.X_OK))
        self.assertTrue(os.path.exists(deploy / 'tools/vps_deploy/recover.py'))

    def test_writes_no_bytecode_which_could_outlast_the_deploy(self) -> None:
        deploy = create(self.state(), asked('deploy-0001'))
        program = tools.keep(deploy)
        shutil.rmtree(deploy / 'tools/vps_deploy/__pycache__', ignore_errors=True)
        said = subprocess.run([program, '--nonsense'], capture_output=True, check=False, text=True)
        self.assertIn('vps-deploy-recover', said.stderr)
        self.assertFalse(os.path.lexists(deploy / 'tools/vps_deploy/__pycache__'))

    def test_is_forgotten_whole(self) -> None:
        deploy = create(self.state(), asked('deploy-0001'))
        tools.keep(deploy)
        tools.forget(deploy)
        self.assertFalse(os.path.lexists(deploy / 'tools'))

    def test_is_not_kept_any_more_once_it_is_forgotten(self) -> None:
        deploy = create(self.state(), asked('deploy-0001'))
        tools.forget(deploy)
        self.assertEqual(tools.keep(deploy), tools.installed())
        self.assertFalse(os.path.lexists(deploy / 'tools'))


if __name__ == '__main__':
    unittest.main()
