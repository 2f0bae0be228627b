/** The words of hand-overs. */

export default {
  handOver: {
    title: '交接',
    proven: '身份已核验，有效至 {time}',
    notProven: '身份未核验',
    repeated: '转接后客户又把问题重新说了一遍',
    met: '已有 {count} 位同事回复过客户',
    why: '时效承诺的依据',
    businessTime: '工作时间',
    outranked: '优先级较低',
  },
  draftSummary: '根据对话生成初稿',
}
