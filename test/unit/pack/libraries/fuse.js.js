import Fuse from 'fuse.js';
export function run() {
  const books = [{ title: 'The Art of Computer Programming' }, { title: 'Structure and Interpretation' }, { title: 'Introduction to Algorithms' }];
  return new Fuse(books, { keys: ['title'], includeScore: true, includeMatches: true }).search('algoritm structure').concat(new Fuse(books, { keys: ['title'] }).search('programing'));
}
