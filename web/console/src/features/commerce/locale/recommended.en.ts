export default {
  title: 'Recommended',
  stages: 'Products and their stage',
  find: 'Which product did you recommend?',
  note: 'Note it',
  noted: 'Noted; it counts if it is bought within 30 days',
  none: 'Nothing was recommended yet',
  waiting: 'Not bought yet',
  bought: 'Bought {amount}',
  taken_back: 'Went back',
}
