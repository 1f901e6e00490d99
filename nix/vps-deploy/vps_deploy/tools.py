"""These programs as they are now, kept until the deploy is done: it may replace them."""

import os
import shutil
import threading

from . import gcroots
from .state import DeployDirectory

_PACKAGE = os.path.dirname(os.path.realpath(__file__))
_HOME = os.path.dirname(_PACKAGE)
_STORE = os.environ.get('NIX_STORE_DIR') or '/nix/store'
_lock = threading.Lock()
_forgotten: set[str] = set()
"""Folders of deploys that are done: one that is refused at once ends before its tools are kept, in the background."""


def keep(deploy: DeployDirectory) -> str:
    """Returns the path of a vps-deploy-recover that survives the deploy."""
    with _lock:
        return installed() if deploy.path in _forgotten else _keep(deploy)


def _keep(deploy: DeployDirectory) -> str:
    if _HOME.startswith(f'{_STORE}/'):
        gcroots.add(deploy.id, 'tools', '/'.join(_HOME.split('/')[: _STORE.count('/') + 2]))
        return installed()
    kept = deploy / 'tools'
    shutil.rmtree(kept, ignore_errors=True)
    os.makedirs(f'{kept}/bin', 0o700)
    shutil.copy2(f'{_HOME}/bin/vps-deploy-recover', f'{kept}/bin/vps-deploy-recover')
    shutil.copytree(_PACKAGE, f'{kept}/vps_deploy')
    return f'{kept}/bin/vps-deploy-recover'


def installed() -> str:
    """The vps-deploy-recover these programs were started with."""
    return f'{_HOME}/bin/vps-deploy-recover'


def forget(deploy: DeployDirectory) -> None:
    with _lock:
        _forgotten.add(deploy.path)
    shutil.rmtree(deploy / 'tools', ignore_errors=True)
