"""What finished deploys left on this host and had no right to: `path: reason`, one a line, nothing where all is well.

Run as root. Knows the host half by its contract only: what is named nowhere is a leftover.
"""

import ast
import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path

STATE = Path('/var/lib/vps-deploy')
SPOOL = Path('/run/vps-deploy')
ROOTS = Path('/nix/var/nix/gcroots')
PROFILES = Path('/nix/var/nix/profiles')
BOOT = Path('/boot')
# Wherever the programs are: a system may bring its own along.
STATE_PY = Path('/usr/local/bin/vps-deploy').resolve().parent.parent / 'vps_deploy/state.py'

OWN_UNITS = re.compile(r'vps-deploy-(intake|worker)\.(path|service)|vps-deploy-(recover|guard)\.service')
PROGRAMS = ('nix', 'nix-env', 'nix-build', 'nix-store', 'nix-daemon', 'git', 'git-remote-https', 'switch-to-configuration')
ANSWER_SECONDS = 120


def children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def run(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout


def units() -> None:
    for row in run('systemctl', 'list-units', '--all', '--plain', '--no-legend', 'vps-deploy-*', 'run-*').splitlines():
        name, _, active = row.split()[:3]
        if name.startswith('run-') and not re.search(r'^run-[ru][0-9a-f]', name):
            continue
        if OWN_UNITS.fullmatch(name) is None:
            say(f'unit {name}', f'of a deploy, and still loaded ({active})')
        elif active == 'failed' or (name.endswith('.path') and active != 'active'):
            say(f'unit {name}', f'{active}: it serves the next deploy')
    for row in run('systemctl', 'list-jobs', '--plain', '--no-legend').splitlines():
        if 'vps-deploy' in row:
            say(f'job {row}', 'waits in systemd')
    for file in children(Path('/run/systemd/transient')):
        if not re.fullmatch(r'(session-|user-)\S*\.(scope|slice)(\.d)?', file.name):
            say(str(file), 'a transient unit of a deploy')


def locks() -> None:
    """By taking them: a holder need not be a process that this namespace can see."""
    for path in (SPOOL / 'worker.lock', SPOOL / 'queue.lock', Path('/run/nixos/switch-to-configuration.lock')):
        if path.exists():
            with path.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    say(str(path), 'somebody holds this lock')


def roots() -> None:
    for folder, _, _ in os.walk(ROOTS):
        for path in (Path(folder, name) for name in os.listdir(folder)):
            if path.parent == ROOTS / 'vps-deploy':
                say(str(path), 'a GC root of a deploy')
            elif path.is_symlink() and 'vps-deploy' in os.readlink(path):
                say(str(path), f'a GC root through {os.readlink(path)}')


def processes() -> None:
    for entry in Path('/proc').iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / 'cmdline').read_text(errors='replace').split('\0')
            group = (entry / 'cgroup').read_text()
            program = os.path.basename(os.readlink(entry / 'exe'))
        except OSError:
            continue
        names = {os.path.basename(word) for word in words[:4]} | {program}
        if 'vps-deploy-' in group or any(name.startswith('vps-deploy') for name in names) or names & {*PROGRAMS}:
            say(f'process {entry.name}', f'still runs: {" ".join(words)[:200]}')


def spool() -> None:
    known = {'inbox', 'answers', 'queue', 'queue.lock', 'worker.lock'}
    for path in children(SPOOL):
        if path.name not in known:
            say(str(path), 'named nowhere, or only while a deploy is active')
    for path in [*children(SPOOL / 'inbox'), *children(SPOOL / 'queue')]:
        say(str(path), f'the {path.parent.name} is empty when nothing is to be done')
    answers = children(SPOOL / 'answers')
    # They are forgotten when the next one is made.
    newest = max((path.stat().st_mtime for path in answers), default=0.0)
    for path in answers:
        if re.fullmatch('[0-9a-f]{32}', path.name) is None:
            say(str(path), 'not an answer')
        elif newest - path.stat().st_mtime > ANSWER_SECONDS:
            say(str(path), 'an answer nobody will come for any more')


def temporary() -> None:
    for folder in (Path('/tmp'), Path('/var/tmp'), Path('/dev/shm')):
        for path in children(folder):
            if not re.fullmatch(r'\.\S+-unix|systemd-private-\S+', path.name):
                say(str(path), 'a temporary file')
    for path in children(Path('/run')):
        if 'vps-deploy' in path.name and path != SPOOL:
            say(str(path), 'named nowhere')
    for path in children(Path('/run/nixos')):
        if path.name != 'switch-to-configuration.lock':
            say(str(path), 'named nowhere')


def state() -> None:
    known = {'deploys', 'mirror', 'home', 'last-committed', 'notes-seen', 'revisions.json', 'trial-boot', 'refused.log'}
    for path in children(STATE):
        if path.name not in known:
            say(str(path), 'named nowhere')
    for folder, _, names in os.walk(STATE / 'mirror'):
        for name in names:
            if name.endswith('.lock') or name.startswith('tmp_'):
                say(f'{folder}/{name}', 'what a git that was killed had begun')
    for folder in children(STATE / 'deploys'):
        if folder.name.startswith('.'):
            say(str(folder), 'half of a deploy')
        else:
            one_deploy(folder)


def one_deploy(folder: Path) -> None:
    for path in children(folder):
        if path.name not in named or path.name == 'tools':
            say(str(path), 'not among the files of a finished deploy')
    if not (folder / 'result.json').exists():
        say(str(folder), 'has no result')
    if not (folder / 'decision').exists():
        say(str(folder), 'has no decision')


def words_of_docstring() -> set[str]:
    """Every name that the text about the files of a deploy has, and then some: nothing it does not have."""
    text = ast.get_docstring(ast.parse(STATE_PY.read_text())) or ''
    return set(re.findall(r'[a-z][a-z.-]*[a-z]', text))


def generations() -> None:
    """Those of systems that deploys tried and did not keep."""
    kept: set[str] = set()
    tried: set[str] = set()
    for folder in children(STATE / 'deploys'):
        stage, result = json_of(folder / 'stage.json'), json_of(folder / 'result.json')
        kept |= {str(stage.get('previous')), str(stage.get('default'))}
        if result.get('trial'):
            # What becomes of this system, the deploy that tries it says.
            continue
        # A trial that is called off is superseded.
        given_up = result.get('exitCode') in (75, 80, 81, 83, 84) or result.get('status') == 'superseded'
        (tried if given_up else kept).add(str(stage.get('system')))
    current = os.path.realpath(PROFILES / 'system')
    for path in children(PROFILES):
        if re.fullmatch(r'system-\d+-link', path.name):
            target = os.readlink(path)
            if target in tried - kept - {current}:
                say(str(path), f'a generation of {target}, which was rolled back')
        elif path.name not in ('system', 'per-user', 'default'):
            say(str(path), 'not a generation')


def boot_entries() -> None:
    for path in children(BOOT / 'loader/entries'):
        number = re.fullmatch(r'nixos-generation-(\d+)(\+\d+(-\d+)?)?\.conf', path.name)
        if number is None:
            say(str(path), 'not an entry of a generation')
        elif number[2]:
            say(str(path), 'the loader still counts its boots')
        elif not os.path.lexists(PROFILES / f'system-{number[1]}-link'):
            say(str(path), f'there is no generation {number[1]}')
    for path in children(BOOT / 'loader'):
        if path.name not in ('entries', 'loader.conf'):
            say(str(path), 'named nowhere')
    for path in children(Path('/sys/firmware/efi/efivars')):
        if path.name.startswith('LoaderEntryOneShot'):
            say(str(path), 'the next boot is not that of the default entry')
    environment = BOOT / 'grub/grubenv'
    if environment.exists() and re.search('^next_entry=.', environment.read_text(), re.MULTILINE):
        say(str(environment), 'names an entry for one boot')


def mounts() -> None:
    for line in Path('/proc/self/mountinfo').read_text().splitlines():
        at = line.split()[4]
        if at.startswith((f'{STATE}/', f'{SPOOL}/')) and at != f'{SPOOL}/inbox':
            say(at, 'something is mounted there')


def json_of(path: Path) -> dict[str, object]:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def say(what: str, why: str) -> None:
    print(f'{what}: {why}')


named = words_of_docstring()
for look in (units, locks, roots, processes, spool, temporary, state, generations, boot_entries, mounts):
    try:
        look()
    except FileNotFoundError as gone:
        # Removed while we looked: whoever asks does so again.
        print(f'{gone.filename}: went away')
sys.stdout.flush()
