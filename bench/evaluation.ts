import { heapFigures } from '../test/nix/evaluation/heap.ts'
import { scratchFlake } from '../test/nix/evaluation/flake.ts'
import { inputsAtHand } from '../test/nix/evaluation/inputs.ts'
import { privateNix } from '../test/nix/nix.ts'
import type { Figure } from './stats.ts'

/** What a server needs to evaluate itself, in GB of heap: not a ratio, for memory is the same on every machine. */
export async function evaluation(): Promise<Figure[]> {
  if ((process.env['NIXPKGS'] ?? '') === '') {
    console.log('The heap of an evaluation was not measured: NIXPKGS names no nixpkgs.')
    return []
  }
  await using nix = await privateNix()
  const inputs = await inputsAtHand(nix)
  if (inputs.kind === 'none') throw new Error(inputs.why)
  const figures = await heapFigures(await scratchFlake(nix, inputs))
  return figures.map(({ name, gigabytes, atMost }) => ({
    name,
    ratio: gigabytes,
    atMost,
    detail: `gc.heapSize, Nix ${nix.version}`,
  }))
}
