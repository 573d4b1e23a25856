import dayjs from 'dayjs';
import utc from 'dayjs/plugin/utc.js';
export function run() {
  dayjs.extend(utc);
  const day = dayjs.utc('2024-01-31T10:00:00Z');
  return [day.add(1, 'month').format('YYYY-MM-DD HH:mm'), day.diff('2023-12-25T00:00:00Z', 'day'), day.endOf('week').toISOString(), day.isBefore('2024-02-01')];
}
