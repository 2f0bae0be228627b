import { expect, test } from 'vitest'
import { blank, difference, nodesOf } from './kefu'

test('a new drawing has a start, a task and an end, and no markup in its name', () => {
  const xml = blank('<退货>"&')

  expect([...nodesOf(xml)]).toEqual(['started', 'handle', 'done'])
  expect(xml).toContain('name="退货"')
})

test('versions differ by the elements that came and went', () => {
  const after = blank('x').replace('<bpmn:userTask id="handle"', '<bpmn:userTask name="a" id="review"')

  expect(difference(blank('x'), after)).toEqual({ nodes: 3, added: 1, removed: 1 })
  expect(difference(after, after)).toEqual({ nodes: 3, added: 0, removed: 0 })
})
