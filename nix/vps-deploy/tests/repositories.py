"""Throw-away git repositories."""

import subprocess
from pathlib import Path


class Repo:
    """A bare repository that others fetch from, and the means to put commits into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git('init', '--quiet', '--bare', '--initial-branch=main', '--template=', str(path), here=False)

    def git(self, *args: str, here: bool = True, input: str | None = None) -> str:
        where = [f'--git-dir={self.path}'] if here else []
        identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
        done = subprocess.run(
            ['git', *identity, *where, *args], check=True, capture_output=True, text=True, input=input
        )
        return done.stdout.strip()

    def commit(
        self, message: str, parents: tuple[str, ...] = (), branch: str = 'main', files: dict[str, str] | None = None
    ) -> str:
        """Makes a commit (with exactly `files`, by path) and puts `branch` there; without `parents` on top of it."""
        tips = parents or tuple(self.git('for-each-ref', '--format=%(objectname)', f'refs/heads/{branch}').split())
        tree = self._tree(files if files is not None else {'file': message})
        rev = self.git('commit-tree', tree, '-m', message, *(part for tip in tips for part in ('-p', tip)))
        self.git('update-ref', f'refs/heads/{branch}', rev)
        return rev

    def _tree(self, files: dict[str, str]) -> str:
        lines: list[str] = []
        for name in sorted({path.split('/')[0] for path in files}):
            below = {path.partition('/')[2]: text for path, text in files.items() if path.startswith(f'{name}/')}
            if below:
                lines.append(f'040000 tree {self._tree(below)}\t{name}')
            else:
                lines.append(f'100644 blob {self.git("hash-object", "-w", "--stdin", input=files[name])}\t{name}')
        return self.git('mktree', input=''.join(f'{line}\n' for line in lines))
