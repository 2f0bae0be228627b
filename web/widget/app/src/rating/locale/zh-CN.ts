export default {
  title: '您对这次服务满意吗？',
  hint: '点一颗星来评价',
  score_1: '1 星，很不满意',
  score_2: '2 星，不太满意',
  score_3: '3 星，一般',
  score_4: '4 星，满意',
  score_5: '5 星，非常满意',
  comment: '想对我们说点什么？（选填）',
  submit: '提交评价',
  skip: '暂不评价',
  thanks: '感谢您的评价。',
  failed: '评价没有送达，内容已保留，请再试一次。',
}
