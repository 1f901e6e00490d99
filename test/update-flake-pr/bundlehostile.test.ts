/** The bundle as a process, and words of others that would like to be more than words. */
import { expect, jest, test } from '@jest/globals'
import { obeyed } from '../support/obeyed.ts'
import type { ActionRun } from '../support/run-action.ts'
import { BRANCH, bundleScene, lockAt, type BundleScene } from './bundlescene.ts'
import { github, lockText } from './locks.ts'

jest.setTimeout(120_000)

const EVIL = [
  '::error::forged',
  '::set-output name=status::forged',
  '##[error]forged',
  '\r::stop-commands::forged',
  '@octocat fixes #1 octo-org/octo-repo#2 GH-3',
  '<!-- --> <script>alert(1)</script> <img src=x> ![x](https://evil.example/x.png)',
  '</details></table> | a | b |\n\n# Heading\n\n- [x] done\n\nhttps://github.com/octo-org/octo-repo/issues/4',
  '\u001b[31mred\u202Egnp.exe',
]

const commands = ({ stdout }: ActionRun) =>
  obeyed(stdout).filter(({ name }) => !['add-mask', 'debug', 'group', 'endgroup'].includes(name))

/** An input with a history of such messages, from the first commit to the last. */
function history(scene: BundleScene): void {
  const repository = scene.state.repository('acme/nixpkgs')
  const first = repository.push('main')
  for (const message of EVIL) repository.push('main', { message, author: 'mallory' })
  const last = repository.branch('main') ?? ''
  const lock = (rev: string) => {
    const node = github('acme/nixpkgs', '1')
    return lockText(
      { nixpkgs: 'nixpkgs' },
      { nixpkgs: { ...node, locked: { ...(node['locked'] as object), rev } } },
    )
  }
  scene.push({ 'flake.lock': lock(first) })
  scene.lockBecomes(lock(last))
}

test('messages of commits are neither commands nor Markdown', async () => {
  await using scene = await bundleScene()
  history(scene)
  const run = await scene.run()
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'created' } })
  expect(commands(run)).toEqual([])
  const body = scene.state.pulls[0]?.body ?? ''
  expect(body).toContain('forged')
  for (const text of [body, run.summary]) {
    expect(text).not.toMatch(/@octocat|[^\w&]#\d|GH-\d|<script|<img|<!-- -->|!\[|^# |^- \[x|\u202E/mu)
    expect(text).not.toContain('\u001b')
    expect(text.replaceAll('https://redirect.github.com', '')).not.toContain('github.com/octo-org')
  }
  expect(body.match(/<details>/g)).toHaveLength(body.match(/<\/details>/g)?.length ?? 0)
})

test('what nix says is shown and not obeyed', async () => {
  await using scene = await bundleScene()
  scene.nix(`cat >&2 <<'END'\n${EVIL.join('\n')}\nerror: ::error::forged\nEND\nexit 1`)
  const run = await scene.run()
  expect(run.code).toBe(1)
  expect(commands(run).map(({ line }) => line)).toEqual([
    expect.stringMatching(/^::error::flake\.nix cannot/),
  ])
  expect(run.stdout).toContain('::error::forged')
})

test('names of inputs may be those that every object has', async () => {
  await using scene = await bundleScene()
  const names = ['constructor', 'hasOwnProperty', 'toString']
  scene.push({ 'flake.lock': lockAt('1', names) })
  scene.lockBecomes(lockAt('2', names))
  const run = await scene.run({ 'group-by': 'none', exclude: 'toStr*' })
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'created' } })
  expect(scene.state.pulls).toMatchObject([
    { title: 'flake.lock: update constructor, hasOwnProperty and toString' },
  ])
})

test('names that nix does not take are told, in titles and messages as words alone', async () => {
  await using scene = await bundleScene()
  const names = ['__proto__', '@octocat', 'a\n::error::forged', '<!--', '#1', 'good']
  scene.push({ 'flake.lock': lockAt('1', names) })
  scene.lockBecomes(lockAt('2', names))
  const run = await scene.run({
    title: 'Update {inputs} of {flakes}',
    'commit-message': '{inputs}\n\n{flakes}',
  })
  expect([run.code, run.stderr]).toEqual([1, ''])
  expect(commands(run)).toHaveLength(1)
  const { title = '', body } = scene.state.pulls[0] ?? {}
  const message = scene.state.resolve(BRANCH)?.message ?? ''
  for (const text of [title, body ?? '', message, run.summary])
    expect(text.replaceAll(/<!-- nix-vps .* -->/g, '')).not.toMatch(/@octocat|<!--|(?:^|[^&\w])#1\b|^::/m)
})
