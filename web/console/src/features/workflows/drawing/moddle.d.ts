/** What bpmn-js reads and writes files with; it comes along with it, without types. */
declare module 'bpmn-moddle' {
  export class BpmnModdle {
    constructor(extensions: Record<string, unknown>)
    fromXML(xml: string): Promise<unknown>
    toXML(root: unknown): Promise<{ xml: string }>
  }
}
