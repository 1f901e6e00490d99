/** The release of Nix that is fetched where there is none, and what is where in its tarball. */

export interface NixRelease {
  readonly url: string
  /** 64 hex digits. */
  readonly sha256: string
}

const VERSION = '2.34.7'

/** By Node's names for architectures; the sums are those of https://releases.nixos.org/nix/nix-2.34.7/install. */
const PINNED: Readonly<Record<string, readonly [system: string, sha256: string]>> = {
  x64: ['x86_64-linux', 'eafe5042404e818505e28c5ca3d0885f3ec45c31f955489a25bb38258f87560e'],
  arm64: ['aarch64-linux', 'f1cee64ae7a02330c6421924c28f597c41813f2214ff108622087d8056378b08'],
}

/** `undefined` for an architecture that none is pinned for. */
export function pinnedRelease(arch: string): NixRelease | undefined {
  const [system, sha256] = PINNED[arch] ?? []
  if (system === undefined || sha256 === undefined) return undefined
  const url = `https://releases.nixos.org/nix/nix-${VERSION}/nix-${VERSION}-${system}.tar.xz`
  return { url, sha256 }
}

/** Paths below the folder `store` of an unpacked release. */
export interface ReleaseLayout {
  readonly nix: string
  readonly loader: string
  readonly libraries: readonly string[]
  readonly certificates: string | undefined
}

/**
 * From the paths of all regular files below `store`. The package of all of Nix has links where that of its command has
 * the file, and they lead into /nix/store, which need not be there.
 */
export function layoutOf(files: readonly string[]): ReleaseLayout | undefined {
  const nix = files.find((file) => /^[^/]+-nix(?:-cli)?-\d[^/]*\/bin\/nix$/.test(file))
  const loader = files.find((file) => /^[^/]+-glibc-\d[^/]*\/lib\/ld-linux[^/]*\.so\.\d+$/.test(file))
  if (nix === undefined || loader === undefined) return undefined
  const folders = files.map((file) => /^([^/]+\/lib(?:64)?)\/[^/]+\.so(?:\.[^/]*)?$/.exec(file)?.[1])
  const libraries = [...new Set(folders)].filter((folder) => folder !== undefined)
  const certificates = files.find((file) => /^[^/]+\/etc\/ssl\/certs\/ca-bundle\.crt$/.test(file))
  return { nix, loader, libraries, certificates }
}
