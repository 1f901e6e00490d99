/** Deployments as GitHub writes them, with every field its description demands. */
import type { DeploymentState } from './records.ts'
import { user, type Place } from './shapes.ts'

export function deployment({ id, sha, ref, environment, at }: DeploymentState, place: Place) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}`
  return {
    url: `${self}/deployments/${id}`,
    id,
    node_id: `DE_${id}`,
    sha,
    ref,
    task: 'deploy',
    payload: {},
    original_environment: environment,
    environment,
    description: null,
    creator: user('github-actions[bot]', place),
    created_at: at,
    updated_at: at,
    statuses_url: `${self}/deployments/${id}/statuses`,
    repository_url: self,
  }
}

interface Status {
  readonly name: string
  /** Its place in the deployment's history. */
  readonly at: number
}

export function deploymentStatus(
  { id, environment, at: moment }: DeploymentState,
  { name, at }: Status,
  place: Place,
) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}`
  const number = id * 10_000 + at
  return {
    url: `${self}/deployments/${id}/statuses/${number}`,
    id: number,
    node_id: `DES_${number}`,
    state: name,
    creator: user('github-actions[bot]', place),
    description: '',
    environment,
    target_url: `${place.url}/actions/runs/1`,
    created_at: moment,
    updated_at: moment,
    deployment_url: `${self}/deployments/${id}`,
    repository_url: self,
  }
}
