/** What an exchange costs more or less. */

export default {
  title: '换货差价',
  owes: '客户应补 {amount}',
  owed: '应退客户 {amount}',
  state: { open: '未结清', waits: '退款待审批', settled: '已结清' },
  way: { paid: '客户已补差价', refunded: '差价已退还', waived: '差价已免除' },
  before: '结清后才能登记发出。',
  later: '商品检测受理后在这里结清。',
  because: '免除原因：{reason}',
  do: { pay: '收差价…', refund: '退差价…', waive: '免除…' },
  ask: { pay: '收取差价', refund: '退还差价', waive: '免除差价' },
  how: '付款方式',
  charge: '从客户的付款方式扣款',
  elsewhere: '客户已另行付款',
  balance: '余额 {amount}',
  reference: '付款流水号',
  referenceHint: '财务凭这个号核对到账。',
  why: '免除原因',
  by: { gift_card: '礼品卡', credit_card: '信用卡', debit_card: '借记卡', paypal: 'PayPal', alipay: '支付宝', wechat_pay: '微信支付', union_pay: '银联', voucher: '代金券', bank_slip: '银行单', bank_transfer: '银行转账', cash_on_delivery: '货到付款', other: '其他' },
}
