/** Two domains over each pair of transitions of which one is part of a call, in every order, with every kill and every overflow. */
import { explorePairs } from './explore-pairs.js';
import { CALL_PAIRS } from './pairs.js';

explorePairs('transitions of calls', CALL_PAIRS, { orders: 6000, stops: 1500, seconds: 50 });
