import unittest

from vps_deploy.memory import kills, ran_out

from .support import InTemporaryDirectory


class Memory(InTemporaryDirectory):
    def put(self, name: str, text: str) -> str:
        path = f'{self.root}/{name}'
        with open(path, 'w', encoding='ascii') as file:
            file.write(text)
        return path

    def test_tells_what_the_host_has_and_what_to_do_only_if_something_was_killed(self) -> None:
        vmstat = self.put('vmstat', 'pgfault 12\noom_kill 3\ndrop_slab 0\n')
        meminfo = self.put('meminfo', 'MemTotal:        2048000 kB\nMemFree: 1 kB\nSwapTotal:       524288 kB\n')
        self.assertEqual(kills(vmstat), 3)
        self.assertIsNone(ran_out('it needs more.', 3, vmstat, meminfo))
        said = ran_out('it needs more.', 2, vmstat, meminfo) or ''
        self.assertIn('This host has 2000 MiB of memory and 512 MiB of swap; it needs more. Add swap or memory.', said)

    def test_a_kernel_that_does_not_count_has_killed_nothing(self) -> None:
        self.assertEqual(kills(self.put('vmstat', 'pgfault 12\n')), 0)
        self.assertEqual(kills(f'{self.root}/none'), 0)


if __name__ == '__main__':
    unittest.main()
