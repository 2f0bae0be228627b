import { expect, test } from 'vitest'
import { blank } from './kefu'
import { outlineOf } from './outline'

const shape = (id: string, x: number, y = 0) => `<bpmndi:BPMNShape id="${id}_s" bpmnElement="${id}"><dc:Bounds x="${x}" y="${y}" width="9" height="9" /></bpmndi:BPMNShape>`
const flow = (id: string, from: string, to: string, rest = '', inside = '') => `<bpmn:sequenceFlow id="${id}" sourceRef="${from}" targetRef="${to}" ${rest}>${inside}</bpmn:sequenceFlow>`
const XML = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:kefu="urn:kefu:bpmn">
  <bpmn:process id="p">
    <bpmn:endEvent id="done" name="完成" />
    <bpmn:userTask id="review" name="审核" kefu:department="客户服务部" kefu:hours="4" />
    <bpmn:startEvent id="start" name="提交" />
    <bpmn:exclusiveGateway id="choice" default="else_" />
    <bpmn:boundaryEvent id="late" attachedToRef="review"><bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
    <bpmn:task id="aside" name="未画出" />
    ${flow('f1', 'start', 'review')}${flow('f2', 'review', 'choice')}
    ${flow('f3', 'choice', 'done', 'name="通过"')}
    ${flow('f4', 'choice', 'review', '', '<bpmn:conditionExpression>amount &gt; 10</bpmn:conditionExpression>')}
    ${flow('else_', 'choice', 'aside')}
  </bpmn:process>
  <bpmndi:BPMNDiagram><bpmndi:BPMNPlane>${shape('done', 300)}${shape('review', 100)}${shape('start', 10)}${shape('late', 140)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>`

test('steps come from left to right as drawn, and gateways are only ways', () => {
  expect(outlineOf(XML).map((step) => step.id)).toEqual(['start', 'review', 'late', 'done', 'aside'])
})

test('a step says who does it, within which time, and where it leads and when', () => {
  const [, review, late] = outlineOf(XML)

  expect(review).toMatchObject({ kind: 'UserTask', name: '审核', department: '客户服务部', hours: 4, timer: '' })
  expect(review?.leads).toEqual([
    { to: 'done', name: '完成', when: '通过', otherwise: false },
    { to: 'review', name: '审核', when: 'amount > 10', otherwise: false },
    { to: 'aside', name: '未画出', when: '', otherwise: true },
  ])
  expect(late).toMatchObject({ kind: 'BoundaryEvent', hours: null, timer: 'P3D', leads: [] })
})

test('gateways that lead to each other end somewhere', () => {
  const loop = XML.replace('targetRef="done"', 'targetRef="choice"')

  expect(outlineOf(loop).find((step) => step.id === 'review')?.leads.map((lead) => lead.to)).not.toContain('done')
})

test('a new drawing has three steps, and what is no drawing has none', () => {
  expect(outlineOf(blank('x')).map((step) => step.id)).toEqual(['started', 'handle', 'done'])
  expect(outlineOf('<x/>')).toEqual([])
})
