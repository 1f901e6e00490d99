/** The actions of build.yml, run as the runner does, with a real Nix whose store is its own. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Nix, privateNix } from '../nix/nix.ts'
import { nixProgram } from '../nix/program.ts'
import { root } from '../support/manifest.ts'
import { type ActionRun, runScript } from '../support/run-action.ts'

type Inputs = Readonly<Record<string, string>>

export interface BuildScene extends AsyncDisposable {
  readonly nix: Nix
  /** Where the repository is checked out; its flake has configurations web, web.1, bad, hostile, option and elsewhere. */
  readonly workspace: string
  readonly temporary: string
  run(action: string, inputs: Inputs, env?: Inputs): Promise<ActionRun>
}

/** `x86_64-linux` or `aarch64-linux`: what this machine builds. */
export const SYSTEM = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'
export const OTHER_SYSTEM = process.arch === 'arm64' ? 'x86_64-linux' : 'aarch64-linux'

const FLAKE = `{
  outputs = _: let
    closure = name: command: system: derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [ "-c" command ];
      below = derivation { name = "below"; inherit system; builder = "/bin/sh"; args = [ "-c" "echo below > $out" ]; };
    };
    nixos = system: command: name: { config.system.build.toplevel = closure name command system; };
  in {
    nixosConfigurations = {
      web = nixos "${SYSTEM}" "echo $below > $out" "nixos-web";
      "web.1" = nixos "${SYSTEM}" "echo 1 $below > $out" "nixos-web-1";
      bad = nixos "${SYSTEM}" "echo it breaks >&2; exit 3" "nixos-bad";
      hostile = throw "it throws\n::add-mask::hostile";
      # -f^out would be option --file with a file of this name, which is evaluated with a look at the environment.
      option.config.system.build.toplevel = { drvPath = "-f"; system = "${SYSTEM}"; };
      elsewhere = nixos "${OTHER_SYSTEM}" "echo > $out" "nixos-elsewhere";
    };
  };
}
`

export async function buildScene(): Promise<BuildScene> {
  const [nix, program] = [await privateNix(), await nixProgram()]
  const [workspace, temporary, bin] = ['workspace', 'temporary', 'bin'].map((name) => {
    const folder = join(nix.folder, name)
    mkdirSync(folder)
    return folder
  }) as [string, string, string]
  writeFileSync(join(workspace, 'flake.nix'), FLAKE)
  // With the arguments of every process, where nothing may stand that is secret.
  const argv = program.argv('nix').map((word) => `'${word}'`)
  const options = `--option build-hook '' --option sandbox-paths '${shellPaths()}'`
  const script = `#!/bin/sh\necho "$@" >> '${nix.folder}/argv'\nexec ${argv.join(' ')} --offline ${options} "$@"\n`
  writeFileSync(join(bin, 'nix'), script, { mode: 0o755 })
  const place = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    NIX_CONF_DIR: join(nix.folder, 'conf'),
    NIX_USER_CONF_FILES: '',
    HOME: join(nix.folder, 'home'),
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temporary,
  }
  return {
    nix,
    workspace,
    temporary,
    run: (action, inputs, env = {}) => {
      const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
      const all = { ...place, ...env, ...(Object.fromEntries(variables) as Inputs) }
      return runScript(join(root, '.github/actions', action, 'main.ts'), { env: all })
    },
    [Symbol.asyncDispose]: () => nix[Symbol.asyncDispose](),
  }
}

/** A store that does not lie in /nix is built in with its own view of files, in which there has to be a shell. */
function shellPaths(): string {
  const shell = realpathSync('/bin/sh')
  const libraries = spawnSync('ldd', [shell], { encoding: 'utf8' }).stdout.match(/\/\S+/g) ?? []
  return [`/bin/sh=${shell}`, ...libraries.map((path) => `${path}=${realpathSync(path)}`)].join(' ')
}

/** A cache that takes what is put into it. */
export async function uploadServer(): Promise<{ url: string; files: Map<string, Buffer> } & AsyncDisposable> {
  const files = new Map<string, Buffer>([['/nix-cache-info', Buffer.from('StoreDir: /nix/store\n')]])
  const server: Server = createServer((request, response) => {
    const path = request.url ?? ''
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      if (request.method === 'PUT') files.set(path, Buffer.concat(pieces))
      const known = files.get(path)
      response.writeHead(known === undefined ? 404 : 200).end(request.method === 'GET' ? known : undefined)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    files,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Every narinfo of a closure, as a cache holds them. */
export async function narInfosOf(
  { nix }: BuildScene,
  path: string,
  read: (file: string) => string | undefined,
) {
  const { stdout } = await nix.nix(['path-info', '--recursive', path])
  return stdout
    .trim()
    .split('\n')
    .map((one) => [one, read(`${one.slice(11, 43)}.narinfo`) ?? ''] as const)
}
