/** As burials, of a domain that was stopped in the middle of something. */
import { explorePairs } from './explore-pairs.js';
import { TORN_BURIALS } from './pairs.js';

explorePairs('burials of what was torn', TORN_BURIALS, { orders: 1000, stops: 50, seconds: 30 });
