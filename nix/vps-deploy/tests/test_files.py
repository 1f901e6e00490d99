import os
import subprocess

from vps_deploy import files
from vps_deploy.state import StateDirectory

from .support import InTemporaryDirectory


def pid_of_nobody() -> int:
    with subprocess.Popen(['true']) as child:
        child.wait()
        return child.pid


class Temporary(InTemporaryDirectory):
    def test_what_killed_writers_had_begun_goes_and_that_of_living_ones_stays(self) -> None:
        gone, alive = f'.stage.json.{pid_of_nobody()}.0a1b2c3d', f'.decision.{os.getpid()}.0a1b2c3d'
        folder = f'{self.root}/folder'
        os.mkdir(folder)
        for name in (gone, alive, 'stage.json', '.ballast', '.hidden.file'):
            files.write(f'{folder}/{name}', b'')
        files.forget_temporary(folder)
        self.assertEqual(sorted(os.listdir(folder)), sorted([alive, 'stage.json', '.ballast', '.hidden.file']))

    def test_half_a_deploy_goes_and_a_broken_one_is_kept(self) -> None:
        state = StateDirectory(f'{self.root}/state')
        state.prepare()
        for name in ('.new-abcdefgh', '.broken-abcdefgh', 'abcdefgh'):
            os.mkdir(f'{state.deploys}/{name}')
        state.forget_unfinished()
        self.assertEqual(sorted(os.listdir(state.deploys)), ['.broken-abcdefgh', 'abcdefgh'])
