/** The words of hand-overs. */

export default {
  handOver: {
    title: 'Hand-over',
    proven: 'Identity proven, valid until {time}',
    notProven: 'Identity not proven',
    repeated: 'After a transfer the customer had to explain again',
    met: 'Colleagues who answered the customer: {count}',
    why: 'Why these promises',
    businessTime: 'business time',
    outranked: 'outranked',
  },
  draftSummary: 'Draft from the conversation',
}
