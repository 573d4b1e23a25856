import { z } from 'zod';
const Point = z.object({ x: z.number().int(), y: z.number().min(0), tag: z.enum(['a', 'b']).optional(), when: z.string().email() });
export function run() {
  return [Point.safeParse({ x: 1, y: 2, when: 'a@b.org' }).data, Point.safeParse({ x: 1.5, y: -1, tag: 'c', when: 'no' }).error.issues.map((i) => [i.code, i.path, i.message])];
}
