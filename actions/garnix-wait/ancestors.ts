/** The commits before a commit, each the first parent of the one before, in few requests. */
import { objectsIn, textIn } from '../shared/json.ts'
import type { Asked } from './pullrequest.ts'

const PER_PAGE = 100
/** A page begins with the commit that was asked for: branches of any length take at most one for each merge. */
const MAX_PAGES = 30

/** Begins with `start` itself; ends with the first commit of all, or where GitHub has been asked enough. */
export async function* firstParents(start: string, asked: Asked): AsyncGenerator<string, void> {
  const parents = new Map<string, string | undefined>()
  let pages = 0
  for (let at: string | undefined = start; at !== undefined; at = parents.get(at)) {
    yield at
    if (parents.has(at)) continue
    if (pages === MAX_PAGES) return
    pages += 1
    const page = await asked('GET /repos/{owner}/{repo}/commits', { sha: at, per_page: PER_PAGE })
    for (const commit of objectsIn(page)) {
      const [first] = objectsIn(commit['parents'])
      parents.set(textIn(commit['sha']), first === undefined ? undefined : textIn(first['sha']))
    }
  }
}
