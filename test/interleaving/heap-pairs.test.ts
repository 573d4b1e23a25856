/** Two domains over each pair of transitions of the heap, in every order, with every kill and every overflow. */
import { explorePairs } from './explore-pairs.js';
import { HEAP_PAIRS, TIGHT } from './pairs.js';

explorePairs('transitions of the heap', [...HEAP_PAIRS, ...TIGHT], { orders: 6000, stops: 2500, seconds: 60 });
