/** Deployments of environments, and what became of them. */
import { NOT_FOUND, listed, type Asked, type Operations } from './asked.ts'
import type { DeploymentState } from './records.ts'
import { deployment, deploymentStatus } from './deploymentshapes.ts'

export const DEPLOYMENTS: Operations = {
  'repos/list-deployments': {
    permission: 'deployments: read',
    answer: (asked) => {
      const newest = asked.state.deployments.filter((one) => isWanted(one, asked)).toReversed()
      return listed(newest, asked, (one) => deployment(one, asked.place))
    },
  },
  'repos/list-deployment-statuses': {
    permission: 'deployments: read',
    answer: (asked) => {
      const { state, parameters, place } = asked
      const one = state.deployments.find(({ id }) => id === Number(parameters['deployment_id']))
      if (one === undefined) return NOT_FOUND
      const newest = one.states.map((name, at) => ({ name, at })).toReversed()
      return listed(newest, asked, ({ name, at }) => deploymentStatus(one, { name, at }, place))
    },
  },
}

function isWanted(one: DeploymentState, { parameters }: Asked): boolean {
  return (['sha', 'ref', 'environment'] as const).every(
    (field) => parameters[field] === undefined || one[field] === parameters[field],
  )
}
