import { onDisk } from './machine.ts'
import type { Slot } from './slots.ts'

/**
 * What starts a box. `simple` is a systemd-boot that nobody can tell anything: without EFI variables, and before it knew
 * how to prefer an entry that is not bad. The others can start an entry once.
 */
export type LoaderKind = 'simple' | 'systemd-boot' | 'boot-counting' | 'grub'

const install = '/nix/var/nix/profiles/system/install-bootloader'
const variable = 'efi/efivars/LoaderFeatures-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'

/** Four bytes of attributes, then the bits of what the loader can: the fourth is to start an entry once. */
const features = String.raw`printf '\006\000\000\000\010\000\000\000\000\000\000\000'`

const scripts: Readonly<Record<Exclude<LoaderKind, 'simple'>, string>> = {
  'systemd-boot': `mkdir -p /boot/firmware/efi/efivars && ${features} >/boot/firmware/${variable}`,
  'boot-counting': `echo boot-counting >/boot/kind && ${install}`,
  grub: `echo grub >/boot/kind && ${install} && grub-editenv /boot/grub/grubenv create && rm -r /boot/loader`,
}

/** Gives a box that is switched off another boot loader. */
export async function installLoader(slot: Slot, kind: LoaderKind): Promise<void> {
  if (kind === 'simple') return
  const { code, stderr } = await onDisk(slot, ['sh', '-c', scripts[kind]])
  if (code !== 0)
    throw new Error(`The loader ${kind} could not be installed in the box '${slot.name}':\n${stderr}`)
}
