/** Every test of the evaluation, in order; each with the names it goes by where it cannot run. */
import type { Outputs } from '../outputs.ts'
import { topicOutcomes } from './cases.ts'
import { checkNames, checkOutcomes } from './check.ts'
import type { Flake } from './flake.ts'
import { heapNames, heapOutcomes } from './heap.ts'
import type { Outcome } from './outcome.ts'
import { readerNames, renderedOutcomes } from './rendered.ts'
import { snippetNames, snippetOutcomes } from './snippets.ts'
import { templateNames, templateOutcomes } from './template.ts'

export interface Part {
  readonly title: string
  readonly names: readonly string[]
  run(flake: Flake): Promise<readonly Outcome[]>
}

export function suite({ cases, attributes }: Outputs): readonly Part[] {
  const topics = Object.entries(cases).map(([topic, names]) => ({
    title: `evaluation cases: ${topic}`,
    names,
    run: (flake: Flake) => topicOutcomes(flake, topic, names),
  }))
  return [
    ...topics,
    { title: 'rendered files', names: readerNames, run: renderedOutcomes },
    { title: 'heap', names: heapNames, run: heapOutcomes },
    { title: 'template', names: templateNames, run: templateOutcomes },
    { title: 'the whole flake', names: checkNames, run: (flake) => checkOutcomes(flake, attributes) },
    // Last, for it writes into the copy of the flake.
    { title: 'documentation', names: snippetNames, run: snippetOutcomes },
  ]
}
