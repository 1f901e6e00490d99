import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from functools import partial
from pathlib import Path

from vps_deploy import process
from vps_deploy.process import Canceled, TimedOut, TooMuchOutput, run, stream

PROBE = """
import os, sys, resource, time
sys.path.insert(0, {root!r})
from vps_deploy.process import stream
count = [0, 0]
def on_line(name, raw, continued):
    count[0] += 1; count[1] += len(raw)
started = time.monotonic()
code = stream(['sh', '-c', {command!r}], on_line=on_line, timeout=120)
print(code, count[0], count[1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic() - started)
"""
ROOT = str(Path(__file__).resolve().parent.parent)


def python(code: str) -> list[str]:
    return [sys.executable, '-c', code]


def lines_of(*argv: str, timeout: float = 20) -> tuple[int, list[tuple[str, bytes, bool]]]:
    seen: list[tuple[str, bytes, bool]] = []
    code = stream(argv, on_line=lambda name, raw, continued: seen.append((name, raw, continued)), timeout=timeout)
    return code, seen


def is_running(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(pid)


class Run(unittest.TestCase):
    def test_returns_code_and_output(self) -> None:
        done = run(['sh', '-c', 'echo out; echo err >&2; exit 3'], timeout=10)
        self.assertEqual((done.code, done.stdout, done.stderr), (3, 'out\n', 'err\n'))

    def test_a_signal_is_a_negative_code(self) -> None:
        self.assertEqual(run(['sh', '-c', 'kill -KILL $$'], timeout=10).code, -signal.SIGKILL)

    def test_feeds_input_larger_than_a_pipe(self) -> None:
        self.assertEqual(len(run(['cat'], timeout=20, input='x' * 3_000_000).stdout), 3_000_000)

    def test_survives_a_program_that_does_not_read_its_input(self) -> None:
        self.assertEqual(run(['true'], timeout=10, input='x' * 3_000_000).code, 0)

    def test_says_that_a_program_does_not_exist(self) -> None:
        with self.assertRaises(FileNotFoundError):
            run(['/nonexistent/program'], timeout=10)

    def test_keeps_the_end_of_stderr_and_refuses_endless_stdout(self) -> None:
        done = run(['sh', '-c', 'head -c 1000000 /dev/zero >&2; echo end >&2'], timeout=20)
        self.assertEqual(len(done.stderr), process.MAX_STDERR_BYTES)
        self.assertTrue(done.stderr.endswith('end\n'))
        done = run(['sh', '-c', 'head -c 1000000 /dev/zero >&2'], timeout=20, max_stderr=900_000)
        self.assertEqual(len(done.stderr), 900_000)
        with self.assertRaises(TooMuchOutput):
            run(['cat', '/dev/zero'], timeout=60)


class Environment(unittest.TestCase):
    def test_children_get_path_and_what_is_named_and_nothing_else(self) -> None:
        os.environ['SECRET_TOKEN'] = 'hunter2'
        os.environ['GIT_DIR'] = '/somewhere/else'
        self.addCleanup(os.environ.pop, 'SECRET_TOKEN')
        self.addCleanup(os.environ.pop, 'GIT_DIR')
        seen = run(['env'], timeout=10, env={'EXTRA': '1'}).stdout.splitlines()
        names = {line.partition('=')[0] for line in seen}
        self.assertLessEqual({'PATH', 'LANG', 'EXTRA'}, names)
        self.assertFalse(names & {'SECRET_TOKEN', 'GIT_DIR', 'HOME', 'PYTHONPATH', 'NIX_CONFIG'})
        self.assertIn(f'PATH={os.environ["PATH"]}', seen)

    def test_children_inherit_no_descriptors(self) -> None:
        leaked = os.open('/dev/null', os.O_RDONLY)
        os.set_inheritable(leaked, True)
        self.addCleanup(os.close, leaked)
        seen = run(['ls', '-l', '/proc/self/fd'], timeout=10).stdout
        numbers = {line.split()[8] for line in seen.splitlines() if '->' in line}
        self.assertEqual(numbers, {'0', '1', '2', '3'})  # 3 is ls's own view of the directory
        self.assertIn('0 -> /dev/null', seen)

    def test_children_have_no_terminal_and_a_group_of_their_own(self) -> None:
        fields = run(['cat', '/proc/self/stat'], timeout=10).stdout.split()
        pid, group, session = fields[0], fields[4], fields[5]
        self.assertEqual((group, session), (pid, pid))

    def test_sets_the_oom_score(self) -> None:
        seen: list[bytes] = []
        command = 'sleep 0.3; cat /proc/self/oom_score_adj'
        stream(['sh', '-c', command], on_line=lambda _, raw, __: seen.append(raw), timeout=10, oom_score_adj=900)
        self.assertEqual(seen, [b'900'])


class Lines(unittest.TestCase):
    def test_hands_on_lines_of_both_streams(self) -> None:
        code, seen = lines_of('sh', '-c', 'echo a; echo b >&2; sleep 0.2; printf "c\\r\\n\\nend"; exit 7')
        self.assertEqual(code, 7)
        self.assertEqual([raw for name, raw, _ in seen if name == 'stdout'], [b'a', b'c', b'', b'end'])
        self.assertEqual([raw for name, raw, _ in seen if name == 'stderr'], [b'b'])

    def test_cuts_a_long_line_between_characters_and_says_so(self) -> None:
        code, seen = lines_of(
            *python('import sys; sys.stdout.buffer.write(("x" + "€" * 20000 + "\\nnext\\n").encode())')
        )
        self.assertEqual(code, 0)
        self.assertEqual([continued for _, _, continued in seen], [False, True, True, True, False])
        self.assertEqual(b''.join(raw for _, raw, _ in seen[:-1]).decode(), 'x' + '€' * 20000)
        for _, raw, _ in seen:
            raw.decode()
            self.assertLessEqual(len(raw), process.MAX_LINE_BYTES)

    def test_an_error_of_the_listener_ends_the_program(self) -> None:
        pids: list[int] = []

        def on_line(_: str, raw: bytes, __: bool) -> None:
            pids.append(int(raw))
            raise ValueError('full disk')

        with self.assertRaisesRegex(ValueError, 'full disk'):
            stream(['sh', '-c', 'echo $$; sleep 60'], on_line=on_line, timeout=30)
        self.assertTrue(wait_until_gone(pids[0]))


class Ends(unittest.TestCase):
    def setUp(self) -> None:
        self.pid_file = Path(tempfile.mkstemp()[1])
        self.addCleanup(self.pid_file.unlink)

    def grandchild(self) -> int:
        return int(self.pid_file.read_text())

    def test_kills_the_whole_group_after_the_time_limit(self) -> None:
        started = time.monotonic()
        with self.assertRaises(TimedOut):
            run(['sh', '-c', f'sleep 60 & echo $! > {self.pid_file}; wait'], timeout=0.5)
        self.assertLess(time.monotonic() - started, 3)
        self.assertTrue(wait_until_gone(self.grandchild()))

    def test_kills_also_what_ignores_sigterm(self) -> None:
        with self.assertRaises(TimedOut):
            run(
                ['sh', '-c', f"trap '' TERM; sh -c 'trap \"\" TERM; sleep 60' & echo $! > {self.pid_file}; sleep 60"],
                timeout=0.5,
            )
        self.assertTrue(wait_until_gone(self.grandchild()))

    def test_stops_when_canceled(self) -> None:
        streamed = partial(stream, on_line=lambda _, __, ___: None)
        for start in (run, streamed):
            with self.subTest(start=start):
                wish = threading.Event()
                timer = threading.Timer(0.3, wish.set)
                timer.start()
                started = time.monotonic()
                with self.assertRaises(Canceled):
                    start(['sleep', '60'], timeout=30, canceled=wish.is_set)
                self.assertLess(time.monotonic() - started, 2)
                timer.join()

    def test_does_not_wait_for_a_daemon_that_holds_the_pipe(self) -> None:
        started = time.monotonic()
        done = run(['sh', '-c', f'sleep 60 & echo $! > {self.pid_file}; echo ok; exit 5'], timeout=30)
        self.assertEqual((done.code, done.stdout), (5, 'ok\n'))
        self.assertLess(time.monotonic() - started, process.GRACE_SECONDS + 2)
        self.assertTrue(wait_until_gone(self.grandchild()))

    def test_a_program_that_closes_its_output_is_still_waited_for(self) -> None:
        started = time.monotonic()
        self.assertEqual(run(['sh', '-c', 'exec >&- 2>&-; sleep 0.6; exit 4'], timeout=10).code, 4)
        self.assertGreater(time.monotonic() - started, 0.5)
        with self.assertRaises(TimedOut):
            run(['sh', '-c', 'exec >&- 2>&-; sleep 60'], timeout=0.5)


class Memory(unittest.TestCase):
    def probe(self, command: str) -> tuple[int, int, int, int]:
        done = subprocess.run(
            [sys.executable, '-c', PROBE.format(root=ROOT, command=command)], capture_output=True, text=True, check=True
        )
        code, lines, size, rss_kib, _ = done.stdout.split()
        return int(code), int(lines), int(size), int(rss_kib)

    def test_200_mb_pass_through(self) -> None:
        line = 'x' * 99
        code, lines, size, rss_kib = self.probe(f'yes {line} | head -c 200000000')
        self.assertEqual((code, lines, size), (0, 2_000_000, 198_000_000))
        self.assertLess(rss_kib, 50 * 1024)

    def test_one_line_of_100_mb_passes_through(self) -> None:
        code, lines, size, rss_kib = self.probe('head -c 100000000 /dev/zero | tr "\\0" x')
        self.assertEqual((code, size), (0, 100_000_000))
        self.assertLess(lines, 7000)
        self.assertLess(rss_kib, 50 * 1024)


if __name__ == '__main__':
    unittest.main()
