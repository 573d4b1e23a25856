/** The kernel buries a domain while another one does something with what the dead one had: every order, with every kill of the other one. */
import { explorePairs } from './explore-pairs.js';
import { BURIALS } from './pairs.js';

explorePairs('burials', BURIALS, { orders: 10_000, stops: 10_000, seconds: 60 });
