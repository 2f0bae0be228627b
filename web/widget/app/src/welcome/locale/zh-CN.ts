export default {
  title: '在线客服',
  greeting: '您好，请问有什么可以帮您？',
  hours: '服务时间 {hours}',
  suggestions: '常见问题',
}
