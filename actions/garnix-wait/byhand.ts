import { nameOf, type StorePath } from './storepath.ts'

/**
 * Commands for root on the host that fetch a path, and switch to it if it is a NixOS system. Nothing is built: a path
 * that cannot be fetched is an error. A host that has asked for a path in vain would not ask again for an hour, without
 * the option: https://github.com/NixOS/nix/issues/4028
 */
export function byHand(path: StorePath): string {
  const fetch = 'nix-store --realise --max-jobs 0 --option narinfo-cache-negative-ttl 0 "$system"'
  const switching = [
    'nix-env --profile /nix/var/nix/profiles/system --set "$system"',
    '"$system/bin/switch-to-configuration" switch',
  ]
  const isSystem = nameOf(path).startsWith('nixos-system-')
  return `system=${path}\n${[fetch, ...(isSystem ? switching : [])].join(' &&\n  ')}`
}
