import json
import unittest
from contextlib import redirect_stderr
from io import StringIO

from vps_deploy import decision, story
from vps_deploy.config import parse
from vps_deploy.job import Job
from vps_deploy.state import Stage

from .support import REV, InTemporaryDirectory, asked, create

_STAGE = Stage('armed', REV, '/nix/store/new', '/nix/store/old', '/nix/store/old', 1, activated=False)


class Surprise(InTemporaryDirectory):
    def setUp(self) -> None:
        super().setUp()
        self.job = Job(create(self.state(), asked()), self.spool(), parse(json.dumps({'profile': f'{self.root}/profile'}), 'config.json'))

    def surprised(self) -> story.Verdict:
        with redirect_stderr(StringIO()):
            return story.after_a_surprise(self.job, _STAGE, KeyError('nobody thought of it'))

    def test_goes_back_and_says_what_it_was(self) -> None:
        verdict = self.surprised()
        self.assertEqual((verdict.status, verdict.exit_code), ('rolled-back', 81))
        self.assertIn("Internal error: KeyError: 'nobody thought of it'.", verdict.message)
        self.assertEqual(decision.read(self.job.deploy.path), ('rollback', 'worker'))

    def test_takes_back_no_commit_where_somebody_else_has_set_the_profile(self) -> None:
        decision.decide(self.job.deploy.path, 'commit', 'confirm')
        verdict = self.surprised()
        self.assertEqual((verdict.status, verdict.exit_code), ('failed', 70))
        self.assertIn('Changed by somebody else', verdict.message)
        stage = self.job.deploy.stage()
        self.assertEqual(stage.name if stage else None, 'undoing')


if __name__ == '__main__':
    unittest.main()
