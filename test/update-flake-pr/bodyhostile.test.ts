import { expect, test } from '@jest/globals'
import { marked } from 'marked'
import { bodyOf } from '../../actions/update-flake-pr/body.ts'
import type {
  Change,
  FlakeUpdate,
  History,
  Proposal,
  Reference,
} from '../../actions/update-flake-pr/facts.ts'
import { inputPath } from '../../actions/update-flake-pr/inputpath.ts'
import { messageOf } from '../../actions/update-flake-pr/message.ts'
import { summaryOf } from '../../actions/update-flake-pr/report.ts'
import { stateIn } from '../../actions/update-flake-pr/state.ts'
import { filled } from '../../actions/update-flake-pr/title.ts'
import { flake, history, input, NOW_S, proposal, reference, STATE, updated } from './bodyscene.ts'

/** What others may say that is not meant well; pieces of it in any order are worse. */
const PIECES = [
  ...[
    '@octocat',
    '@o/team',
    ' #12',
    'o/r#3',
    'GH-4',
    'fixes #1',
    'https://github.com/o/r/issues/5',
    '[skip ci]',
  ],
  ...[
    '<b>',
    '</details>',
    '</summary>',
    '<!--',
    '-->',
    '<!-- nix-vps update-flake-pr e30 -->',
    '<img src=x>',
  ],
  ...[
    '`',
    '```',
    '~~~',
    '|',
    '\n',
    '\r\n\r\n',
    '\\',
    '\n# ',
    '\n- ',
    '*',
    '_',
    '![x](y)',
    '[x](javascript:z)',
  ],
  ...['&lt;', '&#64;octocat', '$x$', ':smile:', 'www.evil.example', '\u202e', '\u0000', '\ud800', '"', "'"],
  ...['CVE-2026-1234', 'Merge pull request #7 from a/b\n\n', 'feat!: ', '{inputs}', '$&', 'x'.repeat(300)],
]

/** The same numbers for the same seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

function hostileProposal(seed: number): Proposal {
  const roll = dice(seed)
  const evil = () => Array.from({ length: 1 + roll(9) }, () => PIECES[roll(PIECES.length)]).join('')
  const given = (): Partial<Reference> => {
    const type = ['github', 'gitlab', 'git', 'tarball', evil()][roll(5)] ?? ''
    const url = roll(2) === 0 ? `https://github.com/o/r/issues/1/${evil()}` : evil()
    return { type, owner: evil(), repo: evil(), url, host: evil(), ref: evil(), dir: evil() }
  }
  const change = (): Change => {
    const path = inputPath(Array.from({ length: 1 + roll(2) }, evil))
    const its = updated(path, roll(3) === 0 ? { narHash: evil(), rev: evil() } : {})
    const to = roll(2) === 0 ? input(path, given()) : { ...input(path), follows: evil() }
    return { ...its, ...(roll(2) === 0 ? { to, kind: 'retargeted', risks: ['owner', 'host'] } : {}) }
  }
  const words = () => Array.from({ length: roll(30) }, () => ({ input: evil(), words: evil() }))
  const histories = new Map<Change, History | { problem: string }>()
  const one = (): FlakeUpdate => {
    const changes = Array.from({ length: 1 + roll(30) }, change)
    for (const it of changes)
      histories.set(it, roll(4) === 0 ? { problem: evil() } : history(Array.from({ length: roll(60) }, evil)))
    const known = [
      input('nixpkgs'),
      input(inputPath([evil()])),
      input(inputPath(['a', evil()])),
      input('old', { lastModified: NOW_S - 4e7 }),
    ]
    const after = { version: 7, inputs: new Map(known.map((it) => [it.path, it])) }
    const kept = { failed: words(), heldBack: words(), cooled: words(), suppressed: words() }
    return flake(changes, { flake: evil(), lockPath: evil(), after, ...kept })
  }
  const flakes = Array.from({ length: 1 + roll(3) }, one)
  const upstreamOf = () => ({ isArchived: roll(2) === 0, name: evil() })
  return proposal(flakes, { historyOf: (it) => histories.get(it), upstreamOf, dispatched: [evil()] })
}

const OURS = /<\/?(?:code|sub|details|summary)>|<br>|<\/a>|<a href="https?:\/\/[^"<>\s]*">/g

/** What is left of Markdown without our own tags, blocks of code, and the state. */
function foreignPart(markdown: string): string {
  return markdown
    .replace(/^<!-- nix-vps update-flake-pr [\w-]+ -->$/m, '')
    .replace(/^(`{3,})(?:nix|markdown)?\n[^]*?\n\1$/gm, '')
    .replace(/<code>[^<]*<\/code>/g, '')
    .replace(OURS, '')
}

/** The text where GitHub looks for mentions and references: neither in code nor in links. */
function readIn(html: string): string {
  const text = html.replace(/<(pre|code|a)\b[^>]*>[^]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, '')
  return text.replace(/&#(\d+);/g, (_, number: string) => String.fromCharCode(Number(number)))
}

const TAGS = [
  ...['a', 'br', 'code', 'details', 'h3', 'h4', 'li', 'p', 'pre', 'strong', 'sub', 'summary'],
  ...['table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
]

function tagsIn(html: string): readonly string[] {
  return [...html.matchAll(/<([a-z][a-z0-9]*)/g)].map(([, name = '']) => name)
}

function unbalancedIn(html: string): readonly string[] {
  const open: string[] = []
  for (const [, close, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (['br', 'hr'].includes(name)) continue
    if (close === '') open.push(name)
    else if (open.pop() !== name) return [`</${name}>`]
  }
  return open
}

const SEEDS = Array.from({ length: 25 }, (_, at) => at + 1)

test.each(SEEDS)('hostile words stay words in the body (seed %i)', (seed) => {
  const body = bodyOf(hostileProposal(seed), { state: STATE, serverUrl: 'https://github.com' })
  expect(body.length).toBeLessThanOrEqual(65_000)
  expect(body.isWellFormed()).toBe(true)
  expect(stateIn(body)).toEqual(STATE)
  expect(foreignPart(body).match(/.{0,20}[<>@\u202e].{0,20}/g)).toBeNull()
  const html = marked.parse(body, { gfm: true, async: false })
  expect(readIn(html).match(/@[a-z0-9]|#\d|GH-\d|\/issues\/\w/gi)).toBeNull()
  expect(unbalancedIn(html)).toEqual([])
  expect(tagsIn(html).filter((tag) => !TAGS.includes(tag))).toEqual([])
})

test.each(SEEDS)('hostile words mean nothing in title and message (seed %i)', (seed) => {
  const { flakes } = hostileProposal(seed)
  const message = messageOf('flake.lock: update {inputs}\n\nIn {flakes}.', flakes)
  const words = `${message}\n${filled('{flakes}: {inputs}', flakes)}`
  expect(
    words.match(/.{0,20}(?:\B@|#|[[\]<>`*\u202e]|GH-\d|:\/\/\S*\/issues\/|^Signed|^skip-checks).{0,20}/gm),
  ).toBeNull()
  expect(Buffer.byteLength(message)).toBeLessThan(30_000)
})

test.each(SEEDS)('hostile words stay words in the summary (seed %i)', (seed) => {
  const its = hostileProposal(seed)
  const words = its.dispatched.join('')
  const rest = { words, branch: words, inputs: [], problems: [words], url: words, number: 1, draft: words }
  const outcome = { ...rest, status: 'created', updates: its.flakes, proposal: its } as const
  const facts = { outcomes: [outcome], problems: [words], serverUrl: 'https://github.com', isDryRun: false }
  const markdown = summaryOf(facts)
  const html = marked.parse(markdown, { gfm: true, async: false })
  expect(foreignPart(markdown).match(/.{0,20}[<>@\u202e].{0,20}/g)).toBeNull()
  expect(unbalancedIn(html)).toEqual([])
  expect(tagsIn(html).filter((tag) => !TAGS.includes(tag))).toEqual([])
})

test('a reference of a hostile host leads to no link of another', () => {
  const change = {
    ...updated('a'),
    to: { ...input('a'), locked: reference({ host: 'evil.example', rev: 'a"b' }) },
  }
  const body = bodyOf(proposal([flake([change])]), { state: STATE, serverUrl: 'https://github.com' })
  expect(body).not.toContain('href')
})
