export default {
  title: '推荐过的商品',
  stages: '商品与阶段',
  find: '向客户推荐了哪件商品？',
  note: '记为推荐',
  noted: '已记录；30 天内购买计入推荐成交',
  none: '还没有推荐过商品',
  waiting: '尚未购买',
  bought: '已购买 {amount}',
  taken_back: '已退货',
}
