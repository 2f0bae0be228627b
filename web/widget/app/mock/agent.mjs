/** What the mock's agent answers, so that every kind of message can be looked at. */

const taken = [
  { change: { status: 'active', agent: { name: '林小雨', avatar: null } }, kind: 'conversation.assigned' },
  { sender: { type: 'system', id: null, name: '' }, kind: 'system', content: { code: 'assigned', params: { name: '林小雨' } } },
]

const scripts = [
  [/图|picture/, [{ kind: 'picture', content: { name: '帐篷.svg', type: 'image/svg+xml', size: 2048, url: '/shop/goods/tent.svg', width: 400, height: 300 } }]],
  [/文件|file/, [{ kind: 'file', content: { name: '使用说明书（第三版）.pdf', type: 'application/pdf', size: 482_133, url: '/shop/' } }]],
  [/语音|voice/, [{ kind: 'voice', content: { name: 'v.mp3', type: 'audio/mpeg', size: 9000, url: '/shop/none.mp3', seconds: 17 } }]],
  [/退|return/, [
    { kind: 'article', content: { id: '1', title: '七天无理由退换货', summary: '签收之日起七天内，商品完好即可申请，运费说明与操作步骤见正文。', url: 'https://help.example/returns' } },
    { kind: 'choices', text: '请问是哪种情况？', content: { options: [{ id: 'a', label: '商品有问题' }, { id: 'b', label: '尺码不合适' }, { id: 'c', label: '不想要了' }] } },
  ]],
  [/发票|form/, [{ kind: 'form', text: '请填写开票信息', content: { fields: [{ name: 'title', label: '发票抬头', type: 'text', required: true }, { name: 'email', label: '接收邮箱', type: 'email', required: true }, { name: 'note', label: '备注', type: 'textarea' }] } }]],
  [/订单|order/, [
    { kind: 'order', content: { number: '2026112100018', status: '已发货', amount: 699, currency: 'CNY', image: '/shop/goods/tent.svg', url: '/shop/orders.html' } },
    { kind: 'text', text: '包裹已到杭州转运中心，预计明天送达。物流详情：https://track.example/SF1029384756（运单 SF1029384756）' },
  ]],
  [/撤回/, [{ kind: 'text', text: '发错了' }, { recall: true }]],
  [/再见|bye/, [
    { kind: 'text', text: '感谢您的咨询，祝您生活愉快！' },
    { change: { status: 'closed' }, kind: 'conversation.closed' },
    { sender: { type: 'system', id: null, name: '' }, kind: 'system', content: { code: 'closed' } },
  ]],
  [/<|script/, [{ kind: 'text', text: '<img src=x onerror=alert(1)> <b>不是粗体</b> javascript:alert(1) https://shop.example/?a=<script>' }]],
  [/مرحبا/, [{ kind: 'text', text: 'مرحبا! طلبك رقم 18 في الطريق (شكرا).' }]],
]

export function answersTo(said) {
  if (said.seq < 3 && said.kind === 'system') return taken
  const found = scripts.find(([pattern]) => pattern.test(said.text))
  const start = said.seq <= 1 ? taken : []
  return [...start, ...(found?.[1] ?? [{ kind: 'text', text: '收到，我来帮您看一下，请稍等。' }])]
}
