import os
import unittest
from unittest.mock import patch

from vps_deploy.git import Mirror
from vps_deploy.notes import REF
from vps_deploy.recorded import Found

from .recording import HASH, OTHER, PATH, RecordedCase, note


class Unsigned(RecordedCase):
    def test_a_line_names_the_path(self) -> None:
        note(self.origin, self.rev, f'other {OTHER}\nhost {PATH}\n')
        self.assertEqual(self.found(), Found(PATH, None))
        self.assertIn('whoever may push', self.found().sentence())

    def test_what_is_missing_is_said(self) -> None:
        self.assertIn(f'it has no {REF}', self.missing())
        second = self.origin.commit('two')
        note(self.origin, second, f'host {PATH}\n')
        self.assertIn(f'No closure is recorded for commit {self.rev}', self.missing())
        note(self.origin, self.rev, f'web {PATH}\ndb {PATH}\n')
        self.assertIn('(only for web, db)', self.missing())
        note(self.origin, self.rev, 'Reviewed by nobody.\nhost deployed\n')
        self.assertIn('(nothing else either)', self.missing())

    def test_the_note_of_a_commit_that_contains_it_does_not_count(self) -> None:
        note(self.origin, self.origin.commit('two'), f'host {PATH}\n')
        self.missing()

    def test_different_paths_are_refused_and_equal_ones_are_one(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\nhost {PATH} AAAA\n')
        self.assertEqual(self.found().path, PATH)
        note(self.origin, self.rev, f'host {PATH}\nhost {OTHER}\n')
        self.assertIn(f'{PATH}, {OTHER}', self.refusal())

    def test_what_is_no_path_of_the_store_is_refused(self) -> None:
        table = {
            f'{PATH}.drv': 'is a derivation',
            f'{PATH}/bin': 'is not a path of the store /nix/store',
            f'/tmp/store/{HASH}-nixos': 'is not a path of the store',
            f'/nix/store/../../tmp/{HASH}-nixos': 'is not a path of the store',
            f'/nix/store/{HASH}-..': 'is not a path of the store',
            '/nix/store/short': 'is not a path of the store',
            f'{PATH}^out': 'is not a path of the store',
            f'/nix/store/{"e" * 32}-nixos': 'is not a path of the store',
        }
        for path, words in table.items():
            note(self.origin, self.rev, f'host {path}\n')
            self.assertIn(words, self.refusal(), path)

    def test_a_large_note_is_refused_by_its_size(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n' + 'x' * (10 << 20) + '\n')
        with patch.object(Mirror, 'read', side_effect=AssertionError('it was read')):
            self.assertRegex(self.refusal(), r'has 1048\d{4} bytes')
        half = f'host {PATH}\n' + 'x' * (600 << 10) + '\n'
        blob = self.origin.git('hash-object', '-w', '--stdin', input=half)
        self._tree({self.rev: blob, f'{self.rev[:2]}/{self.rev[2:]}': blob})
        self.assertIn('bytes', self.refusal(allow_rewind=True))

    def test_of_thousands_of_lines_some_are_looked_at(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n' * 5000)
        self.assertEqual(self.found(), Found(PATH, None, 4984))
        self.assertIn('4984 more lines', self.found().sentence())

    def test_binary_text_and_other_line_ends_are_no_lines(self) -> None:
        note(self.origin, self.rev, f'\x00\x01\x7f host\nhost {PATH}\r\nhost\t{PATH}\n host {PATH}\n')
        self.assertIn('nothing else either', self.missing())

    def test_trees_of_any_depth_are_read_as_git_does(self) -> None:
        blob = self.origin.git('hash-object', '-w', '--stdin', input=f'host {PATH}\n')
        rev = self.rev
        for path in (rev, f'{rev[:2]}/{rev[2:]}', f'{rev[:2]}/{rev[2:4]}/{rev[4:]}'):
            self._tree({path: blob})
            self.assertEqual(self.found(allow_rewind=True).path, PATH, path)
            self.assertEqual(self.origin.git('notes', f'--ref={REF}', 'list', rev), blob)

    def test_several_entries_are_read_as_one(self) -> None:
        one, two = (self.origin.git('hash-object', '-w', '--stdin', input=f'host {path}') for path in (PATH, OTHER))
        self._tree({self.rev: one, f'{self.rev[:2]}/{self.rev[2:]}': two})
        self.assertIn('Different closures', self.refusal())

    def test_a_link_or_a_directory_is_no_note(self) -> None:
        blob = self.origin.git('hash-object', '-w', '--stdin', input=f'host {PATH}\n')
        self._tree({self.rev: blob}, mode='120000')
        self.assertIn('has no note', self.missing())
        self._tree({f'{self.rev}/x': blob})
        self.assertIn('has no note', self.missing(allow_rewind=True))

    def test_only_the_very_ref_is_read(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n')
        self.origin.git('update-ref', f'{REF}-2', REF)
        self.origin.git('update-ref', '-d', REF)
        self.assertIn(f'it has no {REF}', self.missing())

    def test_a_ref_that_is_no_commit_is_refused(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n')
        tip = self.origin.git('rev-parse', REF)
        for name in ('^{tree}', f':{self.rev}'):
            self.origin.git('update-ref', REF, self.origin.git('rev-parse', f'{tip}{name}'))
            self.assertIn('which is no commit that can be read', self.refusal(allow_rewind=True))
        tag = f'object {tip}\ntype commit\ntag notes\ntagger Test <test@example.org> 1 +0000\n\nnotes\n'
        self.origin.git('update-ref', REF, self.origin.git('mktag', input=tag))
        self.assertEqual(self.found().path, PATH)

    def test_a_ref_may_become_a_directory_of_refs_and_a_ref_again(self) -> None:
        note(self.origin, self.rev, f'host {PATH}\n')
        self.assertEqual(self.found().path, PATH)
        tip = self.origin.git('rev-parse', REF)
        self.origin.git('update-ref', '-d', REF)
        self.origin.git('update-ref', f'{REF}/{self.rev}', tip)
        for _ in range(2):
            self.assertIn('are gone', self.refusal())
        self.origin.git('update-ref', '-d', f'{REF}/{self.rev}')
        self.origin.git('update-ref', REF, tip)
        self.assertEqual(self.found().path, PATH)

    def test_a_commit_of_another_repository_is_no_note(self) -> None:
        tree = self.origin.git('mktree', '--missing', input=f'160000 commit {self.rev}\t{self.rev}\n')
        self.origin.git('update-ref', REF, self.origin.git('commit-tree', tree, '-m', 'notes'))
        self.assertIn('has no note', self.missing())

    def _tree(self, entries: dict[str, str], mode: str = '100644') -> None:
        index = {'GIT_INDEX_FILE': f'{self.root}/index'}
        with patch.dict(os.environ, index):
            self.origin.git('read-tree', '--empty')
            for path, blob in entries.items():
                self.origin.git('update-index', '--add', '--cacheinfo', f'{mode},{blob},{path}')
            tree = self.origin.git('write-tree')
        self.origin.git('update-ref', REF, self.origin.git('commit-tree', tree, '-m', 'notes'))


class Rewritten(RecordedCase):
    def setUp(self) -> None:
        super().setUp()
        note(self.origin, self.rev, f'host {OTHER}\n')
        self.before = self.origin.git('rev-parse', REF)
        note(self.origin, self.rev, f'host {PATH}\n')
        self.assertEqual(self.found().path, PATH)
        self.seen = self.origin.git('rev-parse', REF)

    def test_notes_that_went_back_are_refused_again_and_again(self) -> None:
        self.origin.git('update-ref', REF, self.before)
        for _ in range(2):
            self.assertIn(f'were rewritten: {REF} is at {self.before}, which does not contain {self.seen}', self.refusal())

    def test_whoever_removes_what_was_seen_takes_them_as_they_are(self) -> None:
        self.origin.git('update-ref', REF, self.before)
        self.assertIn('If that is meant: remove /var/lib/vps-deploy/notes-seen on the host, once.', self.refusal())
        os.unlink(f'{self.kept.path}/notes-seen')
        self.assertEqual(self.found().path, OTHER)

    def test_notes_that_are_gone_are_refused_again_and_again(self) -> None:
        self.origin.git('update-ref', '-d', REF)
        for _ in range(2):
            self.assertIn(f'are gone: this host has seen {REF} at {self.seen}', self.refusal())

    def test_a_lost_mirror_forgets_nothing(self) -> None:
        self.origin.git('update-ref', REF, self.before)
        os.rename(f'{self.root}/state/mirror', f'{self.root}/lost')
        self.assertIn('were rewritten', self.refusal())

    def test_what_was_seen_and_cannot_be_read_is_said(self) -> None:
        file = self.directory / 'state/notes-seen'
        file.write_text(f'{self.url} {{"version":2}}\n')
        self.assertIn("""notes-seen says '{"version":2}'. Remove that file""", self.refusal())
        file.write_bytes(f'{self.url} '.encode() + b'\xff\n')
        self.assertIn("notes-seen says '\\\\xff'", self.refusal())
        file.unlink()
        self.assertEqual(self.found().path, PATH)

    def test_whoever_allows_it_takes_the_new_ones(self) -> None:
        self.origin.git('update-ref', REF, self.before)
        self.assertEqual(self.found(allow_rewind=True).path, OTHER)
        self.assertEqual(self.found().path, OTHER)
        self.origin.git('update-ref', '-d', REF)
        self.missing(allow_rewind=True)
        self.missing()

    def test_notes_that_go_on_are_fine(self) -> None:
        note(self.origin, self.origin.commit('two'), f'host {OTHER}\n')
        self.assertEqual(self.found().path, PATH)

    def test_what_another_repository_had_does_not_matter(self) -> None:
        moved = self.directory / 'moved.git'
        self.origin.path.rename(moved)
        self.origin.path = moved
        self.origin.git('update-ref', REF, self.before)
        self.assertEqual(self.found().path, OTHER)


if __name__ == '__main__':
    unittest.main()
