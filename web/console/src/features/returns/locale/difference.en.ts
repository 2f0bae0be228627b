/** What an exchange costs more or less. */

export default {
  title: 'Difference in price',
  owes: 'The customer owes {amount}',
  owed: 'The customer is owed {amount}',
  state: { open: 'Open', waits: 'Refund waits for approval', settled: 'Settled' },
  way: { paid: 'Paid by the customer', refunded: 'Given back', waived: 'Waived' },
  before: 'The replacement goes out once it is settled.',
  later: 'It is settled here once the goods were accepted.',
  because: 'Waived because: {reason}',
  do: { pay: 'Take the payment…', refund: 'Give it back…', waive: 'Waive…' },
  ask: { pay: 'Take the difference', refund: 'Give the difference back', waive: 'Waive the difference' },
  how: 'Paid by',
  charge: 'Charge a way of paying',
  elsewhere: 'Paid elsewhere',
  balance: '{amount} left',
  reference: 'Payment number',
  referenceHint: 'Finance finds the payment by it.',
  why: 'Why nobody pays it',
  by: { gift_card: 'Gift card', credit_card: 'Credit card', debit_card: 'Debit card', paypal: 'PayPal', alipay: 'Alipay', wechat_pay: 'WeChat Pay', union_pay: 'UnionPay', voucher: 'Voucher', bank_slip: 'Bank slip', bank_transfer: 'Bank transfer', cash_on_delivery: 'Cash on delivery', other: 'Other' },
}
