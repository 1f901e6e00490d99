"""What every git here runs with: no configuration but ours, nothing that asks, and secrets by the name of their file."""

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .config import Repository

# Nothing that runs a program by configuration, nothing that waits for a person, nothing left half-written.
QUIET = {
    'core.hooksPath': '/dev/null',
    'core.fsmonitor': 'false',
    'core.askPass': 'true',
    'core.fsync': 'all',
    'core.alternateRefsCommand': 'true',
    'gc.autoDetach': 'false',
    'maintenance.autoDetach': 'false',
    'gc.pruneExpire': 'never',
    # Larger files go to the disk piece by piece: whoever may push one does not fill the memory of this host with it.
    'core.bigFileThreshold': '16m',
    'fetch.recurseSubmodules': 'false',
    'advice.fetchShowForcedUpdates': 'false',
}


def allowed_protocols() -> str:
    """https and ssh; a test host may add others."""
    extra = re.split(r'[:,\s]+', os.environ.get('VPS_DEPLOY_GIT_PROTOCOLS', ''))
    return ':'.join(['https', 'ssh', *filter(None, extra)])


def git_environment(
    home: Path, settings: Mapping[str, str], repository: Repository, protocols: str | None = None
) -> dict[str, str]:
    """The variables that make git ignore all configuration but `settings`; also for programs that run git."""
    env = {
        'HOME': str(home),
        'GIT_CONFIG_NOSYSTEM': '1',
        'GIT_CONFIG_GLOBAL': '/dev/null',
        'GIT_TERMINAL_PROMPT': '0',
        'GIT_ASKPASS': 'true',
        'GIT_SSH_VARIANT': 'ssh',
        'GIT_SSH_COMMAND': _ssh_command(repository),
        'GIT_CONFIG_COUNT': str(len(settings)),
    }
    for number, (key, value) in enumerate(settings.items()):
        env[f'GIT_CONFIG_KEY_{number}'], env[f'GIT_CONFIG_VALUE_{number}'] = key, value
    return env | ({'GIT_ALLOW_PROTOCOL': protocols} if protocols else {})


def network_settings(repository: Repository) -> dict[str, str]:
    """git settings to reach the repository. The token is named by its file only, and for its own host only."""
    settings = {'credential.helper': '', 'http.lowSpeedLimit': '1000', 'http.lowSpeedTime': '30'}
    url = urlsplit(repository.url)
    if repository.token_file and url.scheme in ('https', 'http') and url.hostname:
        # A header (http.extraHeader) would follow a redirect to another host; credentials are asked for by host.
        host = url.netloc.rpartition('@')[2]
        answer = f'printf "username=x-access-token\\npassword=%s\\n" "$(cat {shlex.quote(repository.token_file)})"'
        settings[f'credential.{url.scheme}://{host}.helper'] = f'!f() {{ test "$1" = get && {answer}; }}; f'
    return settings


def _ssh_command(repository: Repository) -> str:
    options = {
        'BatchMode': 'yes',
        'StrictHostKeyChecking': 'yes',
        'IdentityAgent': 'none',
        'ConnectTimeout': '20',
        'ServerAliveInterval': '15',
        'ServerAliveCountMax': '3',
        'UserKnownHostsFile': f'"{repository.known_hosts_file or "/dev/null"}"',
    }
    argv = ['ssh', '-F', '/dev/null', *(f'-o{name}={value}' for name, value in options.items())]
    if repository.ssh_key_file:
        argv += ['-oIdentitiesOnly=yes', f'-oIdentityFile="{repository.ssh_key_file}"']
    return shlex.join(argv)
