/** Summaries as the actions write them, of runs at fake time: one of each kind, and what nobody means well. */
import { summaryOf as waitSummary } from '../../actions/garnix-wait/report.ts'
import { bodyOf } from '../../actions/update-flake-pr/body.ts'
import type { Place } from '../../demo/github.ts'
import type { Shown } from '../../demo/page.ts'
import { activateAndDecide, goWell, prepare, type FakeDeploy } from '../deploy-nixos/fakedeploy.ts'
import { refused, unreachable } from '../deploy-nixos/fakehost.ts'
import { ending, playing, Scene } from '../deploy-nixos/scene.ts'
import { changed, configuration, facts, found, missed, READY } from '../garnix-wait/findings.ts'
import { ETC, GLIBC, StoryScene as WaitScene, VPS } from '../garnix-wait/storyscene.ts'
import { storePath } from '../support/binarycache.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { STATE } from '../update-flake-pr/bodyscene.ts'
import { hostileProposal } from '../update-flake-pr/hostileproposal.ts'
import { StoryScene as UpdateScene } from '../update-flake-pr/storyscene.ts'

/** Words that would be markup where they are not escaped. Without their line breaks they are shown as they are. */
export const EVIL = [
  '</details></summary></code><script>fail()</script><img src=https://evil.example/x onerror=fail()>',
  '<style>*{display:none}</style>|`[x](javascript:fail())``` @everyone #1',
].join('')
const LONG = 'x'.repeat(3_000)
const MANY = 2_000

const shown = (name: string, markdown: string, place: Place = 'summary'): Shown => ({
  ...{ name, title: name, markdown, place },
})

async function changing(deploy: FakeDeploy, name: (index: number) => string, count: number): Promise<void> {
  await prepare(deploy)
  const names = Array.from({ length: count }, (_, index) => name(index))
  deploy.log(names.slice(0, 50).join('\n'))
  const versions = names.map((one) => ({ name: one, from: ['1.0'], to: ['1.1'] }))
  deploy.emit('diff', { added: versions, changed: versions, sizeBytes: { from: 1e9, to: 2e9 } })
  const newFailed = names.slice(0, 5).map((unit) => ({ unit, result: 'exit-code', exitStatus: '1' }))
  deploy.emit('units', { restarted: names, started: names, newFailed })
  for (const text of names.slice(0, 3)) deploy.emit('warning', { text })
}

/** Every word of the host is this. */
async function hostile(deploy: FakeDeploy, word: string): Promise<void> {
  deploy.accepted({ configuration: word, version: word, deadline: word })
  for (const state of ['start', 'end']) deploy.emit('phase', { name: word, state })
  await changing(deploy, () => word, 3)
  const words = { system: word, previousSystem: word, message: word, newFailedUnits: [word] }
  deploy.result('rolled-back', 81, { ...words, rebootRequired: [word] })
}

async function deploys(): Promise<readonly Shown[]> {
  const away = new Scene()
  away.host.refuse = () => unreachable
  const keyless = new Scene()
  keyless.host.refuse = () => refused
  const scenes = {
    deployed: playing(async (deploy) => {
      await changing(deploy, (index) => `package-${index}`, 20)
      await activateAndDecide(deploy)
    }),
    'deployed-well': playing(goWell),
    'rolled-back': playing(goWell, { 'health-urls': 'https://example.org/ 500' }),
    failed: playing(ending('failed', 70, { message: 'error: no such attribute\n  at flake.nix:1' })),
    refused: playing(ending('refused', 65, { message: 'The commit is not on main.' })),
    unreachable: away.run(),
    'wrong-key': keyless.run(),
    many: playing(async (deploy) => {
      await changing(deploy, (index) => `package-${index}.service`, MANY)
      deploy.result('failed', 70)
    }),
    hostile: playing((deploy) => hostile(deploy, EVIL)),
    'hostile-lines': playing((deploy) => hostile(deploy, EVIL.replaceAll('<', '\n\n<'))),
    long: playing((deploy) => hostile(deploy, LONG)),
  }
  const ended = Object.entries(scenes).map(async ([name, scene]) => {
    return shown(`deploy-${name}`, (await scene).summary.markdown)
  })
  return Promise.all(ended)
}

async function waits(github: FakeGitHub): Promise<readonly Shown[]> {
  const wait = async (name: string, held: Parameters<WaitScene['hold']>[0]): Promise<Shown> => {
    const scene = WaitScene.at(github)
    scene.builds([{ name: 'nixosConfig vps-arm', ms: 60_000 }])
    scene.hold(held)
    await scene.wait({ 'store-paths': VPS })
    return shown(name, scene.summary.markdown)
  }
  const packages = Array.from({ length: MANY }, (_, at) => found(`package-${at}-1.${at}`))
  const misses = packages.map((_, at) => missed(`lost-${at}`, ['system', 'etc']))
  const closure = { found: packages, missing: misses }
  const comparison = changed(storePath('nixos-system-vps-25.11'), [], packages)
  const words = { status: 'missing', sentence: EVIL, details: [EVIL, LONG], hint: EVIL } as const
  const evil = configuration({ name: EVIL, buildUrl: `https://x.example/${EVIL}` })
  const long = configuration({ name: LONG, buildUrl: `https://x.example/${LONG}` })
  return [
    await wait('wait-ready', [VPS, ETC, GLIBC]),
    await wait('wait-missing', [VPS, ETC]),
    shown('wait-many', waitSummary(facts([configuration({ closure, comparison })]), READY, 65_000)),
    shown(
      'wait-hostile',
      waitSummary(facts([evil, long], { caches: [EVIL, LONG], warnings: [EVIL] }), words, 0),
    ),
  ]
}

async function updates(github: FakeGitHub): Promise<readonly Shown[]> {
  using scene = new UpdateScene(github)
  const created = await scene.run()
  const body = scene.pull.body ?? ''
  const unchanged = await scene.run()
  const options = { state: STATE, serverUrl: 'https://github.com' }
  const hostiles = [1, 2].map((seed) =>
    shown(`update-hostile-${seed}`, bodyOf(hostileProposal(seed), options), 'pull request'),
  )
  return [
    shown('update-created', created.summary),
    shown('update-pull-request', body, 'pull request'),
    shown('update-unchanged', unchanged.summary),
    ...hostiles,
  ]
}

export async function summaries(github: FakeGitHub): Promise<readonly Shown[]> {
  return [...(await deploys()), ...(await waits(github)), ...(await updates(github))]
}
