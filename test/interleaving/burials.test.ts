/** The kernel buries a domain while another one does something with what the dead one had: every order, with every kill of the other one. */
import { explorePairs } from './explore-pairs.js';
import { BURIALS, TORN_BURIALS } from './pairs.js';

explorePairs('burials', [...BURIALS, ...TORN_BURIALS], 60);
