export default {
  away: '暂时连不上客服，正在重试。您写的内容会保留。',
  no_network: '网络已断开。您可以继续写，恢复后自动发出。',
  reconnecting: '连接中断，正在重连。您写的内容不会丢失。',
  banner: '客服系统正在恢复，消息会稍后自动发出。',
  again: '立即重试',
}
