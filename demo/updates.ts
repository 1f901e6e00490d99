/**
 * What a schedule starts: update-flake-pr on a repository whose inputs move on, and one of them goes. GitHub is played, for
 * the action as for Nix; the names of the inputs are real, and what happens to them is made up.
 */
import { flakeStage, type FlakeStage } from '../test/support/flakestage.ts'
import type { ActionRun } from '../test/support/run-action.ts'

/** What FakeGitHub counts from. */
const EPOCH_MS = Date.UTC(2026, 0, 31, 12)
const DAY_MS = 86_400_000

const NIXPKGS = 'NixOS/nixpkgs'
const DISKO = 'nix-community/disko'
const HOME_MANAGER = 'nix-community/home-manager'
const SOPS_NIX = 'Mic92/sops-nix'

const flake = `{
  inputs = {
    nixpkgs.url = "github:${NIXPKGS}";
    disko.url = "github:${DISKO}";
    disko.inputs.nixpkgs.follows = "nixpkgs";
    home-manager.url = "github:${HOME_MANAGER}";
    sops-nix.url = "github:${SOPS_NIX}";
    sops-nix.inputs.nixpkgs.follows = "nixpkgs";
  };
  outputs = _: { };
}
`
const usesNixpkgs = { 'flake.nix': `{ inputs.nixpkgs.url = "github:${NIXPKGS}"; outputs = _: { }; }\n` }

export interface Updated {
  readonly title: string
  readonly run: ActionRun
  /** Of the pull request, as it is now. */
  readonly body: string
  readonly expected: string
  readonly isAsExpected: boolean
}

interface Scene {
  readonly title: string
  /** What the others do before it. */
  readonly happens: (stage: FlakeStage) => void
  readonly status: string
  readonly code: number
}

const scenes: readonly Scene[] = [
  {
    title: 'Inputs have moved on',
    happens(stage) {
      const commit = upstreamOf(stage)
      commit(6, NIXPKGS, 'Merge pull request #412 from someone/nginx\n\nnginx: 1.29.1 -> 1.29.2')
      commit(4, NIXPKGS, 'libexample: apply the patch for CVE-2026-99999 (#433)')
      commit(2, NIXPKGS, 'nixos/caddy: add an option for @ in names')
      commit(3, DISKO, 'feat!: the default of `type` is gone (#71)')
      commit(1, HOME_MANAGER, 'Revert "fish: generate completions" (#801)')
    },
    status: 'created',
    code: 0,
  },
  { title: 'Nothing has happened since', happens: () => undefined, status: 'unchanged', code: 0 },
  {
    title: 'An input is gone, another one moved on',
    happens(stage) {
      stage.github.state.others.delete(SOPS_NIX.toLowerCase())
      upstreamOf(stage)(0.2, NIXPKGS, 'openssh: 10.2p1 -> 10.3p1 (#450)')
    },
    status: 'updated',
    code: 1,
  },
]

/** A commit made that many days ago, on a repository that the first one makes. */
function upstreamOf(stage: FlakeStage) {
  return (daysAgo: number, ...commit: Parameters<FlakeStage['upstream']>): void => {
    stage.github.now = () => Date.now() - daysAgo * DAY_MS - EPOCH_MS
    stage.upstream(...commit)
    stage.github.now = () => Date.now() - EPOCH_MS
  }
}

/** `show` gets the title of each run, `onOutput` its log as it comes. */
export async function updates(
  show: (title: string) => void,
  onOutput: (text: string) => void,
): Promise<readonly Updated[]> {
  await using stage = await flakeStage()
  const commit = upstreamOf(stage)
  commit(12, NIXPKGS, 'nixos: the beginning of this story')
  commit(40, DISKO, 'disko: the beginning', usesNixpkgs)
  commit(11, HOME_MANAGER, 'home-manager: the beginning', usesNixpkgs)
  commit(200, SOPS_NIX, 'sops-nix: the beginning', usesNixpkgs)
  await stage.push({ 'flake.nix': flake })
  const played: Updated[] = []
  for (const { title, happens, status, code } of scenes) {
    happens(stage)
    show(title)
    const run = await stage.run({ labels: 'dependencies' }, { onOutput })
    const body = stage.github.state.pulls[0]?.body ?? ''
    const isAsExpected = run.outputs['status'] === status && run.code === code
    played.push({ title, run, body, expected: `${status}, ${colorOf(code)}`, isAsExpected })
  }
  return played
}

export function colorOf(code: number | null): string {
  return code === 0 ? 'green' : 'red'
}
