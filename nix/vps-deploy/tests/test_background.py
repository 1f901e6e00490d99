import threading
import unittest

from vps_deploy.background import Background
from vps_deploy.process import Canceled, never


class BackgroundWork(unittest.TestCase):
    def test_gives_what_the_work_returned(self) -> None:
        self.assertEqual(Background(lambda: 42).result(never), 42)

    def test_raises_what_the_work_raised(self) -> None:
        def fail() -> None:
            raise FileNotFoundError('x')

        with self.assertRaises(FileNotFoundError):
            Background(fail).result(never)

    def test_waits_no_longer_once_canceled(self) -> None:
        released = threading.Event()
        self.addCleanup(released.set)
        with self.assertRaises(Canceled):
            Background(lambda: released.wait(60)).result(lambda: True)


if __name__ == '__main__':
    unittest.main()
