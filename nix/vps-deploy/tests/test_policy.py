import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from vps_deploy.config import Config, Repository, SignedCommits
from vps_deploy.git import Mirror
from vps_deploy.policy import CommitFacts, Lineage, facts_of, refusal_of, warnings_of

from .repositories import Repo

REV, OLD, TIP = 'b' * 40, 'a' * 40, 'c' * 40
FINE = CommitFacts('main', TIP, known=True, on_branch=True)


def facts(**lineage: object) -> CommitFacts:
    return FINE._replace(lineages=(Lineage('running', OLD)._replace(**lineage),))


class Deciding(unittest.TestCase):
    def check(self, facts: CommitFacts, expected: str | None, config: Config = Config()) -> None:
        refusal = refusal_of(REV, facts, config)
        if expected is None:
            self.assertIsNone(refusal)
        else:
            self.assertIn(expected, refusal or '')

    def test_table(self) -> None:
        table: list[tuple[CommitFacts, str | None]] = [
            (FINE, None),
            (FINE._replace(known=False, on_branch=False), 'nor known at all'),
            (FINE._replace(on_branch=False), f'not on branch main (tip {TIP})'),
            (facts(known=True, on_branch=True, contained=True), None),
            (facts(known=True, contained=True), None),
            (facts(known=True, on_branch=True, newer=True), 'Rewind:'),
            (facts(known=True, newer=True), 'Rewind:'),
            (facts(known=True, on_branch=True), 'Hotfix:'),
            (facts(known=True), 'Rewritten history:'),
            (facts(known=False), None),
            (facts(rev=None), None),
        ]
        for given, expected in table:
            with self.subTest(given=given):
                self.check(given, expected)

    def test_rewinding_may_be_allowed_but_not_another_branch(self) -> None:
        lenient = Config(allow_rewind=True)
        for given in (facts(known=True, newer=True), facts(known=True, on_branch=True), facts(known=True)):
            self.check(given, None, lenient)
        self.check(FINE._replace(on_branch=False), 'not on branch', lenient)
        self.check(FINE._replace(known=False), 'nor known', lenient)

    def test_both_systems_count(self) -> None:
        good = Lineage('running', OLD, known=True, on_branch=True, contained=True)
        bad = Lineage('default', TIP, known=True, on_branch=True, newer=True)
        self.check(FINE._replace(lineages=(good, bad)), f'the default system ({TIP})')

    def test_a_signature_counts_if_it_is_required(self) -> None:
        unsigned = FINE._replace(signature_problem='not signed')
        self.check(unsigned, None)
        self.check(unsigned, 'not signed', Config(signed_commits=SignedCommits(require=True), allow_rewind=True))

    def test_says_what_could_not_be_checked(self) -> None:
        self.assertEqual(warnings_of(FINE), [])
        self.assertEqual(warnings_of(facts(known=True, contained=True)), [])
        self.assertIn('configurationRevision', warnings_of(facts(rev=None))[0])
        self.assertIn(OLD, warnings_of(facts(known=False))[0])


class LookingUp(unittest.TestCase):
    def setUp(self) -> None:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(patch.dict('os.environ', {'VPS_DEPLOY_GIT_PROTOCOLS': 'file'}))
        self.origin = Repo(directory / 'origin.git')
        (directory / 'home').mkdir()
        self.config = Config(repository=Repository(url=f'file://{directory}/origin.git'))
        self.mirror = Mirror(directory / 'mirror.git', self.config.repository, directory / 'home')

    def verdict(self, rev: str, running: str | None, default: str | None = None) -> str | None:
        self.mirror.fetch(lambda _, __, ___: None, 30)
        systems = {'running': running, 'default': default or running}
        return refusal_of(rev, facts_of(rev, systems, self.mirror, self.config), self.config)

    def test_tells_the_cases_apart_in_a_real_history(self) -> None:
        base = self.origin.commit('base')
        hotfix = self.origin.commit('hotfix', (base,))
        feature = self.origin.commit('feature', (base,))
        merge = self.origin.commit('merge', (hotfix, feature))
        self.origin.commit('elsewhere', (base,), branch='side')
        table = [
            (merge, feature, None),
            (merge, f'{hotfix}-dirty', None),
            (merge, merge, None),
            (base, merge, 'Rewind:'),
            (feature, hotfix, 'Hotfix:'),
            (merge, 'd' * 40, None),
            (merge, 'dirty', None),
            (merge, None, None),
            (self.origin.git('rev-parse', 'side'), base, 'nor known'),
        ]
        for rev, running, expected in table:
            with self.subTest(rev=rev, running=running):
                refusal = self.verdict(rev, running)
                self.assertEqual(refusal is None, expected is None, refusal)
                self.assertIn(expected or '', refusal or '')

    def test_a_rewritten_branch_is_no_unknown_commit(self) -> None:
        base = self.origin.commit('base')
        deployed = self.origin.commit('deployed', (base,))
        self.mirror.fetch(lambda _, __, ___: None, 30)
        forced = self.origin.commit('forced', (base,))
        self.assertIn('Rewritten history:', self.verdict(forced, deployed) or '')
        self.assertIn('not on branch', self.verdict(deployed, base) or '')

    def test_default_and_running_are_both_looked_at(self) -> None:
        base = self.origin.commit('base')
        middle = self.origin.commit('middle', (base,))
        top = self.origin.commit('top', (middle,))
        self.assertIsNone(self.verdict(top, base, middle))
        self.assertIn('default system', self.verdict(middle, base, top) or '')


if __name__ == '__main__':
    unittest.main()
