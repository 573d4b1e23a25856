/** `npm start`: boots, loads the extension, calls it, and shows that a crash of it is a value and not the end. */
import { boot } from 'deciduous';
import { Text, Words } from '../generated/scaffold.js';
import { loadWords } from './words.js';

await using kernel = await boot({ sharedHeapBytes: 64 * 2 ** 20 });
await using domain = await loadWords(kernel);
const words = domain.get(Words);

// The text is on the shared heap and is this program's until the end of the block.
using text = kernel.heap.alloc(Text, { body: 'the quick brown fox' });
using nothing = kernel.heap.alloc(Text, { body: ' ' });

console.log('words:', words.count(text));
console.log('nothing:', words.count(nothing));

const crash = words.stumble();
if (!crash.ok) console.log('crash:', crash.error.code, crash.error.cause);

await domain.ready();
console.log(`life ${domain.incarnation}:`, await words.async.count(text));
