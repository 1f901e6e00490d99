import os
import threading
import unittest

from vps_deploy import tools

from .support import InTemporaryDirectory, asked, create


class Kept(InTemporaryDirectory):
    def test_is_a_program_with_all_that_it_needs(self) -> None:
        deploy = create(self.state(), asked('deploy-0001'))
        self.assertTrue(os.access(tools.keep(deploy), os.X_OK))
        self.assertTrue(os.path.exists(deploy / 'tools/vps_deploy/recover.py'))

    def test_is_forgotten_although_one_of_them_still_writes_there(self) -> None:
        deploy = create(self.state(), asked('deploy-0001'))
        tools.keep(deploy)
        stop = threading.Event()

        def write() -> None:
            number = 0
            while not stop.wait(0.0001):
                number += 1
                try:
                    os.mkdir(deploy / f'tools/bytecode-{number}')
                except OSError:
                    return

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        threading.Timer(0.3, stop.set).start()
        tools.forget(deploy)
        writer.join()
        self.assertFalse(os.path.lexists(deploy / 'tools'))


if __name__ == '__main__':
    unittest.main()
