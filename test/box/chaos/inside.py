"""What the random walk needs to see and do inside the box, from disk and /proc alone: `python3 - VERB JSON`."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

STATE = Path('/var/lib/vps-deploy')
DEPLOYS = STATE / 'deploys'
SPOOL = Path('/run/vps-deploy')
PROFILE = Path('/nix/var/nix/profiles/system')
NEVER = 3
"""Whoever is killed because the box goes down ends with another code."""


def text(path: Path) -> str:
    try:
        return path.read_text(errors='replace')
    except OSError:
        return ''


def names(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name[0] != '.'] if folder.is_dir() else []


def moment(known: list[str], after: str, seconds: float) -> None:
    """Ends with the deploy's id as soon as it is there; with 1 when it cannot come any more."""
    of_trial = after.startswith('trial:')
    what, _, rest = after.removeprefix('trial:').partition(':')
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for id in sorted(set(names(DEPLOYS)) - set(known)):
            folder = DEPLOYS / id
            events = text(folder / 'events.ndjson')
            over = '"type":"result"' in events
            is_trial = id.startswith('trial-')
            if is_trial == of_trial and has_come(folder, what, rest):
                print(id)
                return
            if over and (is_trial or not of_trial or '"trial":"' not in events):
                sys.exit(NEVER)
        time.sleep(0.004)
    sys.exit(NEVER)


def has_come(folder: Path, what: str, rest: str) -> bool:
    if what == 'file':
        return (folder / rest).exists()
    events = text(folder / 'events.ndjson')
    if what == 'event':
        return f'"type":"{rest}"' in events
    name, _, edge = rest.partition(':')
    return f'"type":"phase","name":"{name}","state":"{edge}"' in events


PATTERNS = {
    'worker': r'\S*python3\S* .*/vps-deploy-worker ',
    'intake': r'\S*python3\S* .*/vps-deploy-intake ',
    'recover': r'\S*python3\S* .*/vps-deploy-recover (?!--guard)',
    'guard': r'\S*python3\S* .*/vps-deploy-recover --guard',
    'dispatcher': r'\S*python3\S* \S+ \S*/vps-deploy ',
    'connection': r'sshd: deploy',
    'nix': r'(\S*/)?nix(-env)? ',
    'git': r'(\S*/)?git ',
    'switch': r'.*switch-to-configuration (test|boot|dry-activate) ',
}


def processes(target: str) -> list[int]:
    found: list[int] = []
    for name in os.listdir('/proc'):
        if name.isdigit() and int(name) != os.getpid():
            line = text(Path('/proc', name, 'cmdline')).replace('\0', ' ') + ' '
            if re.match(PATTERNS[target], line):
                found.append(int(name))
    return found


def hit(target: str, name: str, pause: float, late: float) -> None:
    """Sends a signal to all processes of a kind, waiting a while for one, and a little more; STOP is followed by CONT."""
    until = time.monotonic() + 1.5
    while not (found := processes(target)) and time.monotonic() < until:
        time.sleep(0.002)
    if not found:
        sys.exit(1)
    # Not always into the start of a short-lived one.
    time.sleep(late)
    send(found, getattr(signal, f'SIG{name}'))
    if name == 'STOP':
        time.sleep(pause)
        send(found, signal.SIGCONT)


def send(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def settled(seconds: float) -> None:
    """Ends when nobody works any more and every deploy has its result, or is a trial that waits for its boot: says its id."""
    until = time.monotonic() + seconds
    while (why := unsettled()) and time.monotonic() < until:
        time.sleep(0.05)
    print(why or waiting())
    sys.exit(NEVER if why else 0)


def waiting() -> str:
    """The trial that waits for its boot."""
    for id in names(DEPLOYS):
        stage = parsed(text(DEPLOYS / id / 'stage.json'))
        if isinstance(stage, dict) and stage.get('name') == 'scheduled' and not (DEPLOYS / id / 'result.json').exists():
            return id
    return ''


def unsettled() -> str:
    for id in set(names(DEPLOYS)) - {waiting()}:
        if not (DEPLOYS / id / 'result.json').exists():
            return f'{id} has no result'
        if '"type":"result"' not in text(DEPLOYS / id / 'events.ndjson'):
            return f'the result of {id} is not among its events'
    if names(SPOOL / 'queue'):
        return f'queued: {names(SPOOL / "queue")}'
    working = processes('worker') + processes('recover') + processes('guard')
    return f'still at work: {working}' if working else ''


def scheduled() -> None:
    """Says the id a `reboot` names: of the deploy that scheduled the trial which waits."""
    trial = waiting()
    for id in names(DEPLOYS):
        result = parsed(text(DEPLOYS / id / 'result.json'))
        if trial and isinstance(result, dict) and result.get('trial') == trial:
            print(id)


def facts(known: list[str]) -> None:
    asked = subprocess.run(['/usr/lib/nix-vps-box/init', 'default'], capture_output=True, text=True, check=True)
    print(json.dumps({
        'running': os.path.realpath('/run/current-system'),
        'booted': os.path.realpath('/run/booted-system'),
        'profile': os.path.realpath(PROFILE),
        'default': asked.stdout.strip().removesuffix('/init'),
        'generation': int(re.sub(r'\D', '', os.readlink(PROFILE))),
        'bootId': text(Path('/proc/sys/kernel/random/boot_id')).strip() + start_of_init(),
        'active': units('active'),
        'failed': units('failed'),
        'deploys': [one(DEPLOYS / id) for id in names(DEPLOYS) if id not in known],
    }))  # fmt: skip


def start_of_init() -> str:
    """A container has the boot id of its machine: what is new with each of its boots is its first process."""
    return text(Path('/proc/1/stat')).rpartition(') ')[2].split(' ')[19]


def units(state: str) -> list[str]:
    argv = ['systemctl', 'list-units', '--plain', '--no-legend', f'--state={state}', '--type=service']
    rows = subprocess.run(argv, capture_output=True, text=True, check=False).stdout.splitlines()
    return sorted(row.split()[0] for row in rows if row.split())


def one(folder: Path) -> dict[str, object]:
    lines = text(folder / 'events.ndjson').split('\n')
    return {
        'id': folder.name,
        'decision': text(folder / 'decision').strip(),
        'result': parsed(text(folder / 'result.json')),
        'stage': parsed(text(folder / 'stage.json')),
        'confirm': parsed(text(folder / 'confirm.json')),
        'ended': os.stat(folder / 'result.json').st_mtime if (folder / 'result.json').exists() else 0,
        'events': [parsed(line) for line in lines if line],
        'torn': lines[-1] != '',
    }


def parsed(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


verbs = {'moment': moment, 'hit': hit, 'settled': settled, 'scheduled': scheduled, 'facts': facts}
verbs[sys.argv[1]](*json.loads(sys.argv[2]))
