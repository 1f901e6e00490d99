/** What evaluating the reference server costs a machine: small servers evaluate themselves. */
import { failureOf } from './cases.ts'
import type { Flake } from './flake.ts'
import type { Outcome } from './outcome.ts'

export interface HeapFigure {
  readonly name: string
  readonly gigabytes: number
  readonly atMost: number
}

export const heapNames = [
  'heap of vps-arm, GB',
  'heap of vps-arm without its containers, GB',
  'heap that its dearest container adds, GB',
] as const

const ATMOST = [1.4, 0.65, 0.35] as const
const SYSTEM = 'nixosConfigurations.vps-arm'
const toplevel = (value: string) => `${value}.config.system.build.toplevel.drvPath`

/** The figures in the order of heapNames; the sentence of an evaluation that failed instead. */
export async function heapFigures(flake: Flake): Promise<readonly HeapFigure[]> {
  const containers = await enabledContainers(flake)
  const all = await heapOf(flake, [])
  const alone = await heapOf(flake, containers)
  let dearest = 0
  for (const name of containers)
    dearest = Math.max(
      dearest,
      (await heapOf(
        flake,
        containers.filter((other) => other !== name),
      )) - alone,
    )
  return [all, alone, dearest].map((gigabytes, index) => ({
    name: heapNames[index] ?? '',
    gigabytes,
    atMost: ATMOST[index] ?? 0,
  }))
}

export async function heapOutcomes(flake: Flake): Promise<Outcome[]> {
  try {
    return (await heapFigures(flake)).map(({ name, gigabytes, atMost }) => {
      const detail = `${gigabytes.toFixed(2)}, at most ${atMost.toFixed(2)}`
      return { kind: gigabytes <= atMost ? 'passed' : 'failed', name, detail }
    })
  } catch (error) {
    const stderr = error instanceof Error ? error.message : String(error)
    return heapNames.map((name) => failureOf(name, { code: 1, stdout: '', stderr }))
  }
}

async function enabledContainers(flake: Flake): Promise<readonly string[]> {
  const select = 'c: builtins.filter (n: c.${n}.enable) (builtins.attrNames c)'
  const stdout = await evaluated(flake, `${SYSTEM}.config.lean.containers`, ['--json', '--apply', select])
  return JSON.parse(stdout) as string[]
}

/** The heap at the end of an evaluation of the whole system, but for some of its containers. */
async function heapOf(flake: Flake, without: readonly string[]): Promise<number> {
  const off = without
    .map((name) => `lean.containers.${JSON.stringify(name)}.enable = lib.mkForce false;`)
    .join(' ')
  const apply = `c: ${toplevel(`(c.extendModules { modules = [ ({ lib, ... }: { ${off} }) ]; })`)}`
  const { code, stderr } = await flake.nix(['eval', '--raw', '--apply', apply, `${flake.url}#${SYSTEM}`], {
    NIX_SHOW_STATS: '1',
  })
  const size = /"heapSize":\s*(\d+)/.exec(stderr)?.[1]
  if (code !== 0 || size === undefined) throw new Error(stderr)
  return Number(size) / 1e9
}

async function evaluated(flake: Flake, attribute: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await flake.nix(['eval', ...args, `${flake.url}#${attribute}`])
  if (code !== 0) throw new Error(stderr)
  return stdout
}
