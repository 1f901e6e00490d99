/** The simulation in bench/fleet.ts: what its figures stand on. */
import { describe, expect, test } from '@jest/globals'
import { jobsFor, simulated, spread } from '../../bench/fleetplan.ts'
import { schedule, type SimulatedJob } from '../../bench/fleetscheduler.ts'

const MEASURED = { plan: 1, wait: 600, record: 2, summary: 1 }
const STAGES = ['canary', 'stage-1', 'stage-2', 'stage-3', 'stage-4']
const instantly = { concurrent: 500, latency: () => 0 }

const alone = (...copies: readonly number[]): SimulatedJob => ({
  name: 'deploy',
  needs: [],
  copies,
  reds: 0,
  isStarted: () => true,
})

/** Every job takes its median. */
const fleet = (sizes: readonly number[], reds: Readonly<Record<string, number>> = {}) =>
  schedule(jobsFor(sizes, MEASURED, { chance: (median) => median, reds }), instantly)

describe('the scheduler', () => {
  test.each([
    [[1], 1],
    [[60], 1],
    [[60.001], 2],
    [[61, 61], 4],
  ])('bills jobs of %j s by started minutes: %i', (copies, minutes) => {
    expect(schedule([alone(...copies)], instantly).billedMinutes).toBe(minutes)
  })

  test('bills no minute that a job waits for a runner', () => {
    const run = schedule([alone(50)], { concurrent: 1, latency: () => 600 })
    expect(run).toMatchObject({ billedMinutes: 1, wallSeconds: 650 })
  })

  test.each([
    [1, 240, 1],
    [2, 120, 2],
    [3, 120, 3],
    [9, 60, 4],
  ])('with %i at once takes %i s for four jobs of a minute', (concurrent, wallSeconds, peak) => {
    const run = schedule([alone(60, 60, 60, 60)], { concurrent, latency: () => 0 })
    expect(run).toMatchObject({ wallSeconds, peak, started: 4 })
  })

  test('gives a runner that is free to who waits longest', () => {
    const jobs = [alone(10, 100), { ...alone(50), name: 'later' }, { ...alone(50), name: 'last' }]
    expect(schedule(jobs, { concurrent: 2, latency: () => 0 }).begins).toEqual({
      deploy: 0,
      later: 10,
      last: 60,
    })
  })

  test('makes no matrix that GitHub would not make', () => {
    expect(() => schedule([alone(...Array.from({ length: 257 }, () => 1))], instantly)).toThrow(
      '257 jobs of deploy',
    )
  })
})

describe('a fleet', () => {
  test('starts each stage when the last host of the one before has ended, and not earlier', () => {
    const { begins, started, results } = fleet([1, 5, 10, 20, 40])
    // Setting up takes 6 s, a deploy 75 s; before the first stage the plan, the wait and the recording.
    expect(STAGES.map((stage) => begins[stage])).toEqual([621, 702, 783, 864, 945])
    expect(started).toBe(76 + 4)
    expect(results).toMatchObject({ record: 'success', summary: 'success' })
  })

  test('loses no time to a stage without hosts', () => {
    const { begins, results } = fleet([1, 0, 0, 0, 5])
    expect(begins['stage-4']).toBe(702)
    expect(results).toMatchObject({ 'stage-2': 'skipped', 'stage-4': 'success' })
  })

  test('finishes the stage of a red host and starts none after it', () => {
    const { results, started } = fleet([1, 5, 10, 20, 40], { 'stage-1': 1 })
    expect(results).toMatchObject({
      'stage-1': 'failure',
      'stage-2': 'skipped',
      'stage-4': 'skipped',
      summary: 'success',
    })
    expect(started).toBe(6 + 4)
  })

  test('costs the same each time it is simulated, and the same minutes with any number at once', () => {
    expect(simulated(100, 20, MEASURED)).toEqual(simulated(100, 20, MEASURED))
    const minutes = [1, 20, 500].map((concurrent) => simulated(100, concurrent, MEASURED).billedMinutes)
    expect(new Set(minutes).size).toBe(1)
  })

  test.each([1, 10, 100, 1_000])('of %i hosts is spread over stages that a matrix can have', (hosts) => {
    const sizes = spread(hosts)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(hosts)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256)
  })

  test('is not simulated where its stages would not do', () => {
    expect(() => spread(1_100)).toThrow('1100 hosts are too many for four stages of 256.')
  })
})
