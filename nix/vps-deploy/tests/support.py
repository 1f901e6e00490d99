"""Directories and requests for the tests of the core."""

import os
import shutil
import tempfile
import unittest

from vps_deploy import clock
from vps_deploy.spool import Spool
from vps_deploy.state import Asked, DeployDirectory, StateDirectory

REV = '0123456789abcdef0123456789abcdef01234567'


class InTemporaryDirectory(unittest.TestCase):
    def setUp(self) -> None:
        self.root = tempfile.mkdtemp(prefix='vps-deploy-test-')
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)

    def spool(self) -> Spool:
        for name in ('inbox', 'answers', 'queue'):
            os.mkdir(f'{self.root}/{name}')
        return Spool(self.root)

    def state(self) -> StateDirectory:
        state = StateDirectory(f'{self.root}/state')
        state.prepare()
        return state


def asked(id: str = 'deploy-0001', **changes: object) -> Asked:
    plain = Asked('deploy', id, REV, 'switch', 0, 600, clock.monotonic(), clock.boot_id())
    return plain._replace(**changes)  # type: ignore[arg-type]


def create(state: StateDirectory, wanted: Asked) -> DeployDirectory:
    return state.publish(state.create(wanted), wanted.id)
