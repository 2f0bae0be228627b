export default {
  mine: '我的订单',
  failed: '没有打开，请检查网络后重试。',
}
