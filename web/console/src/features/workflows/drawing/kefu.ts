/** Kefu's own words in a drawing, as bpmn-js reads and writes them; the server reads the same. */

export const kefu = {
  name: 'Kefu',
  uri: 'urn:kefu:bpmn',
  prefix: 'kefu',
  xml: { tagAlias: 'lowerCase' },
  types: [
    { name: 'PersonsTask', extends: ['bpmn:UserTask'], properties: ['department', 'role', 'owner', 'hours', 'calendar', 'counts', 'screen'].map(attribute) },
    { name: 'StepsTask', extends: ['bpmn:ServiceTask'], properties: ['step'].map(attribute) },
    { name: 'Field', superClass: ['Element'], properties: ['key', 'label', 'type', 'required', 'options'].map(attribute) },
    { name: 'Param', superClass: ['Element'], properties: ['name', 'value'].map(attribute) },
    { name: 'Data', superClass: ['Element'], properties: ['key'].map(attribute) },
  ],
}

function attribute(name: string) {
  return { name, isAttr: true, type: 'String' }
}

/** A drawing to begin with: a start, one person's task, an end. */
export function blank(name: string): string {
  const named = name.replace(/[<>&"]/g, '')
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:kefu="urn:kefu:bpmn" id="definitions" targetNamespace="urn:kefu">
  <bpmn:process id="process" name="${named}" isExecutable="true">
    <bpmn:startEvent id="started" />
    <bpmn:userTask id="handle" name="1" />
    <bpmn:endEvent id="done" />
    <bpmn:sequenceFlow id="to_handle" sourceRef="started" targetRef="handle" />
    <bpmn:sequenceFlow id="to_done" sourceRef="handle" targetRef="done" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="process">
    <bpmndi:BPMNShape id="started_shape" bpmnElement="started"><dc:Bounds x="160" y="122" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="handle_shape" bpmnElement="handle"><dc:Bounds x="250" y="100" width="100" height="80" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="done_shape" bpmnElement="done"><dc:Bounds x="402" y="122" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="to_handle_edge" bpmnElement="to_handle"><di:waypoint x="196" y="140" /><di:waypoint x="250" y="140" /></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="to_done_edge" bpmnElement="to_done"><di:waypoint x="350" y="140" /><di:waypoint x="402" y="140" /></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>`
}

const NODE = /<(?:\w+:)?(startEvent|endEvent|userTask|serviceTask|receiveTask|exclusiveGateway|parallelGateway|intermediateCatchEvent|intermediateThrowEvent|boundaryEvent|subProcess)\b[^>]*?\bid="([^"]+)"/g

/** Ids of the elements of a drawing: what one version has and another has not. */
export function nodesOf(xml: string): Set<string> {
  return new Set([...xml.matchAll(NODE)].map((match) => match[2] as string))
}

export interface Difference {
  nodes: number
  added: number
  removed: number
}

export function difference(before: string, after: string): Difference {
  const [old, now] = [nodesOf(before), nodesOf(after)]
  return {
    nodes: now.size,
    added: [...now].filter((id) => !old.has(id)).length,
    removed: [...old].filter((id) => !now.has(id)).length,
  }
}
