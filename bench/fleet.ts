/** What deploying a fleet by deploy-fleet.yml costs: runner minutes, requests to GitHub, and time. */
import { fullCache, ROOT } from '../test/garnix-wait/bundlescene.ts'
import { runRecord, seeded } from '../test/garnix-wait/recordscene.ts'
import { CACHE, ETC, GLIBC, MINUTE, StoryScene, VPS } from '../test/garnix-wait/storyscene.ts'
import { sharedGitHub } from '../test/support/checks.ts'
import type { FakeGitHub } from '../test/support/github/server.ts'
import { makeKey } from '../test/support/sshd.ts'
import { manifestOf } from '../test/support/manifest.ts'
import { host, split, summarized } from '../test/workflows/list.ts'
import { ASSUMED, type Measured, simulated, spread } from './fleetplan.ts'
import type { Figure } from './stats.ts'

const HOSTS = [10, 100, 1_000]
/** Standard runners: https://docs.github.com/en/actions/reference/limits#job-concurrency-limits-for-github-hosted-runners */
const PLANS = { Free: 20, Pro: 40, Team: 60, Enterprise: 500 }
/** An hour: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const TOKEN = { ordinary: 1_000, enterprise: 15_000 }
const BUILD_MINUTES = 20

interface Cost {
  readonly hosts: number
  readonly measured: Measured
  /** Requests that count, with one configuration for all hosts and with one for each; recording them included. */
  readonly requests: { readonly shared: number; readonly own: number }
}

export async function fleet(): Promise<Figure[]> {
  if ('token' in manifestOf('deploy-nixos').inputs)
    throw new Error('deploy-nixos has a token: count its requests.')
  await using github = await sharedGitHub()
  const costs: Cost[] = []
  for (const hosts of HOSTS) costs.push(await costOf(hosts, github))
  explain(costs)
  for (const cost of costs) tell(cost)
  return figures(costs)
}

async function costOf(hosts: number, github: FakeGitHub): Promise<Cost> {
  const [shared, own] = [await waited(1, github), await waited(hosts, github)]
  const [one, all] = [await recorded(1, github), await recorded(hosts, github)]
  const measured = { ...(await stepSeconds(hosts)), wait: shared.seconds, record: all.seconds }
  return {
    hosts,
    measured,
    requests: { shared: shared.requests + one.requests, own: own.requests + all.requests },
  }
}

interface Asked {
  readonly requests: number
  readonly seconds: number
}

/** The whole of garnix-wait at fake time: Garnix builds for 20 minutes, then uploads. */
async function waited(count: number, github: FakeGitHub): Promise<Asked> {
  const scene = StoryScene.at(github)
  const names = Array.from({ length: count }, (_, at) => `web-${at}`)
  const uploads = { paths: [GLIBC, ETC, VPS], everyMs: MINUTE }
  scene.builds(
    names.map((name, at) => ({
      name: `nixosConfig ${name}`,
      ms: BUILD_MINUTES * MINUTE,
      ...(at === count - 1 ? { uploads } : {}),
    })),
  )
  scene.says(names.map((name) => ({ name, path: VPS, isUploaded: true })))
  const error = await scene.wait({ configurations: names.join('\n'), caches: CACHE })
  if (error !== undefined) throw error
  return { requests: github.counted(), seconds: scene.minutes * 60 }
}

/** The bundle records so many configurations, each line signed. */
async function recorded(count: number, github: FakeGitHub): Promise<Asked> {
  await using cache = await fullCache()
  const sha = seeded(github)
  const paths = Array.from({ length: count }, (_, at) => `web-${at}=${ROOT}`)
  const key = { 'record-key': (await makeKey()).privateKey }
  const run = await runRecord({ github, cache, sha }, { 'store-paths': paths.join('\n'), ...key })
  if (run.outputs['recorded'] !== 'true') throw new Error(`Nothing was recorded:\n${run.log}`)
  return { requests: github.counted(), seconds: Math.ceil(run.durationMs / 1_000) }
}

/** Of the two steps that run for every fleet, as processes; whole seconds, so that the table is the same every time. */
async function stepSeconds(hosts: number): Promise<{ plan: number; summary: number }> {
  const sizes = spread(hosts)
  const list = sizes.flatMap((size, stage) =>
    Array.from({ length: size }, (_, at) =>
      host(`web-${stage}-${at}`, { stage: stage === 0 ? 'canary' : stage }),
    ),
  )
  const half = Math.ceil(list.length / 2)
  const plan = await split(list.slice(0, half), { more: list.slice(half) })
  if (plan.code !== 0) throw new Error(`The list to measure was refused:\n${plan.log}`)
  const summary = await summarized({ names: plan.outputs['names'] ?? '' })
  return { plan: Math.ceil(plan.durationMs / 1_000), summary: Math.ceil(summary.durationMs / 1_000) }
}

function explain(costs: readonly Cost[]): void {
  const seconds = (step: keyof Measured): string => costs.map(({ measured }) => measured[step]).join(', ')
  const wait = minutes(costs[0]?.measured.wait ?? 0)
  const plans = Object.entries(PLANS).map(([plan, jobs]) => `${plan} ${jobs}`)
  const { latencySeconds, setUpSeconds, deploySeconds } = ASSUMED
  console.log(`A run of deploy-fleet.yml with record: true, by the graph and the conditions that stand there.
Measured, in started seconds: fleet-stages ${seconds('plan')}; the step that records ${seconds('record')}; fleet-summary ${seconds('summary')}.
Measured at fake time: garnix-wait's requests, and its ${wait} for builds of ${BUILD_MINUTES} min.
Documented: ${plans.join(', ')} jobs at once; 256 jobs a matrix; each job billed by started minutes;
${TOKEN.ordinary} requests an hour by GITHUB_TOKEN, ${TOKEN.enterprise} on Enterprise Cloud. deploy-nixos has no token and makes none.
Assumed, as medians: ${latencySeconds} s until a runner takes a job, ${setUpSeconds} s to set it up, ${deploySeconds} s for a host's deploy;
nothing else uses the account's runners.`)
}

function tell({ hosts, measured, requests }: Cost): void {
  const sizes = spread(hosts)
  console.log(`\n${hosts} hosts: canary ${sizes[0] ?? 0}, stages ${sizes.slice(1).join(', ')}`)
  console.log('plan        at once  jobs  minutes billed  minutes used  without the wait  wall time')
  for (const [plan, concurrent] of Object.entries(PLANS)) {
    const run = simulated(hosts, concurrent, measured)
    const after = run.wallSeconds - measured.wait
    console.log(
      [
        plan.padEnd(10),
        String(run.peak).padStart(8),
        String(run.started).padStart(5),
        String(run.billedMinutes).padStart(15),
        run.usedMinutes.toFixed(0).padStart(13),
        minutes(after).padStart(17),
        minutes(run.wallSeconds).padStart(10),
      ].join(' '),
    )
  }
  for (const [words, count] of [
    ['one configuration for all', requests.shared],
    ['one for each', requests.own],
  ] as const)
    console.log(
      `requests, ${words}: ${count}; ${TOKEN.ordinary - count} of ${TOKEN.ordinary} and ${TOKEN.enterprise - count} of ${TOKEN.enterprise} are left for the hour`,
    )
}

function figures(costs: readonly Cost[]): Figure[] {
  const [small, , large] = costs
  if (small === undefined || large === undefined) return []
  const perHost = ({ hosts, measured }: Cost): number =>
    simulated(hosts, PLANS.Free, measured).billedMinutes / hosts
  return [
    {
      name: 'minutes billed for a host among 1,000 : for one among 10',
      ratio: perHost(large) / perHost(small),
      atMost: 1,
      detail: `${perHost(large).toFixed(2)} : ${perHost(small).toFixed(2)}`,
    },
    {
      name: 'requests for 1,000 hosts with a configuration each : what GITHUB_TOKEN has in an hour',
      ratio: large.requests.own / TOKEN.ordinary,
      atMost: 1,
      detail: `${large.requests.own} : ${TOKEN.ordinary}`,
    },
  ]
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`
}
