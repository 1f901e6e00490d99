import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { root } from '../support/manifest.ts'

const made = /(^|\/)(\.git|node_modules|dist|coverage|demo-report|__pycache__|result[^/]*)(\/|$)/

/** Every file below a folder of the project that people wrote, by its path in the project. */
export function sources(folder = ''): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries
    .map((entry) => ({ entry, path: join(folder, entry.name) }))
    .filter(({ path }) => !made.test(path))
    .flatMap(({ entry, path }) => (entry.isDirectory() ? sources(path) : [path]))
    .map((path) => relative('.', path))
    .sort()
}

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

export const nixFiles: readonly string[] = sources('nix').filter((path) => path.endsWith('.nix'))

/** Root's programs too: a user's PATH often lacks their directories. */
const programPath = [process.env['PATH'] ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter)

export function programFile(name: string): string | undefined {
  const places = programPath.split(delimiter).map((place) => join(place, name))
  return places.find((place) => existsSync(place))
}
