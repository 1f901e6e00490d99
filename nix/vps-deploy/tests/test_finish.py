import os
import unittest

from vps_deploy import files
from vps_deploy.finish import KEPT_REFUSED, forget_old
from vps_deploy.results import result

from .support import InTemporaryDirectory, asked, create


class Retention(InTemporaryDirectory):
    def finished(self, count: int, status: str = 'deployed', size: int = 0, prefix: str = 'deploy') -> list[str]:
        state, ids = self.state(), [f'{prefix}-{number:04d}' for number in range(count)]
        for number, id in enumerate(ids):
            deploy = create(state, asked(id))
            deploy.set_result(result(asked(id), status, 0, ''))  # type: ignore[arg-type]
            files.drop_ballast(deploy.path)
            with open(deploy / 'switch.log', 'wb') as file:
                file.write(b'x' * size)
            os.utime(deploy / 'version', (1000 + number, 1000 + number))
        return ids

    def left(self) -> list[str]:
        return [deploy.id for deploy in self.state().all()]

    def test_the_newest_stay(self) -> None:
        ids = self.finished(6)
        forget_old(self.state(), 4, 1 << 30)
        self.assertEqual(self.left(), ids[2:])

    def test_large_ones_go_sooner_but_never_the_newest(self) -> None:
        ids = self.finished(4, size=50_000)
        forget_old(self.state(), 20, 110_000)
        self.assertEqual(self.left(), ids[2:])
        forget_old(self.state(), 20, 10)
        self.assertEqual(self.left(), ids[3:])

    def test_the_last_committed_and_the_unfinished_stay(self) -> None:
        ids = self.finished(5)
        state = self.state()
        state.set_last_committed(ids[0])
        create(state, asked('unfinished-1'))
        os.utime(state.deploy('unfinished-1') / 'version', (1, 1))
        forget_old(state, 2, 1 << 30)
        self.assertEqual(self.left(), ['unfinished-1', ids[0], ids[3], ids[4]])

    def test_refused_ones_displace_no_other(self) -> None:
        ids = self.finished(3)
        self.finished(KEPT_REFUSED + 10, 'refused', prefix='refused')
        forget_old(self.state(), 3, 1 << 30)
        self.assertEqual([id for id in self.left() if id in ids], ids)
        self.assertEqual(len(self.left()), 3 + KEPT_REFUSED)


if __name__ == '__main__':
    unittest.main()
