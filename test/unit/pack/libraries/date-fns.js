import { addMonths, differenceInDays, format, formatDistance, parseISO } from 'date-fns';
export function run() {
  const day = parseISO('2024-01-31T10:00:00');
  return [format(addMonths(day, 1), 'EEEE, d MMMM yyyy HH:mm'), differenceInDays(parseISO('2024-03-01'), day), formatDistance(day, addMonths(day, 5))];
}
