import { ActionError } from '../shared/errors.ts'
import { numberIn, objectIn, textIn } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import type { TokenFacts, TokenKind } from './facts.ts'
import { graphql } from './graphqlanswer.ts'

/** REST says it to people's tokens alone, GraphQL to those of jobs and Apps as well. */
export async function tokenFactsOf(token: string, ask: Ask): Promise<TokenFacts> {
  const answer = await graphql(ask, {
    doing: "say whose 'token' is",
    permission: 'contents: read',
    query: 'query { viewer { login databaseId } }',
  })
  const viewer = objectIn(answer['viewer'])
  const login = textIn(viewer?.['login'])
  if (login === '') throw new ActionError("GitHub does not say whose 'token' is.")
  return { kind: kindOf(token, login), login, id: numberIn(viewer?.['databaseId']) }
}

/** https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/ */
function kindOf(token: string, login: string): TokenKind {
  const isPersonal = /^(?:ghp|gho|ghu|github_pat)_/.test(token)
  const isOfApp = !isPersonal && (token.startsWith('ghs_') || login.endsWith('[bot]'))
  if (!isOfApp) return 'personal'
  return login === 'github-actions[bot]' ? 'github-token' : 'app'
}
