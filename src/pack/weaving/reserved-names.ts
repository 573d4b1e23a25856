/**
 * The names that the trusted build adds to an extension's code. All begin with `$d$`, and source that uses such a name
 * anywhere as a name of its own is refused, so none of them can be read, written or shadowed by the extension.
 */
export const RESERVED_PREFIX = '$d$';

/** The parameter through which the trusted runtime enters. */
export const RUNTIME = '$d$';
/** What is left of the fuel: a plain variable of the enclosing function, which is what makes counting cheap. */
export const FUEL = '$d$f';
/** checkpoint(): answers new fuel or panics. */
export const REFILL = '$d$k';
/** How many frames of functions that can recurse may yet be entered; what it was at a function's entry; panics. */
export const DEPTH = '$d$d';
export const HELD_DEPTH = '$d$h';
export const TOO_DEEP = '$d$r';
/** Puts the depth back before a function suspends, and answers the value that it suspends with. */
export const RELEASE = '$d$l';
/** Evaluates what stands before a body's first statement as a frame of its own; what a generator delegates to, likewise with each step. */
export const NEST = '$d$nest';
export const DELEGATE = '$d$delegate';
/** Counts, and answers the value that a generator was resumed with. */
export const COUNT_RESUMED = '$d$y';
/** Counts as a call, for places where only an expression fits. */
export const COUNT = '$d$q';
/** caught(error) and finally(): throw again while the domain panics. */
export const CAUGHT = '$d$c';
export const FINALLY = '$d$n';
/** What a handler has caught and nobody has judged yet: judging needs room on the stack. */
export const UNJUDGED = '$d$p';
/** Holds what was caught where the source has a pattern or nothing. */
export const CAUGHT_VALUE = '$d$e';
/** The call that an async function works for: asked at entry, held in the function, put back after each suspension. */
export const CURRENT_CALL = '$d$s';
export const HELD_CALL = '$d$a';
export const RESUME = '$d$w';
/** The result of an operator, held in the function while it is looked at. */
export const RESULT = '$d$v';
/** Looks at a text, a BigInt, or a result where no local can hold it. */
export const LONG_TEXT = '$d$z';
export const LARGE_BIGINT = '$d$b';
export const LOOK_AT = '$d$u';
/** Charges what listing the properties of something, or its elements, will take; answers it. */
export const LISTED = '$d$listed';
export const SPREAD = '$d$spread';
/** The same of the length of an array. */
export const SLOTS = '$d$slots';
/** How many characters of long text may yet come into being before the runtime is asked. */
export const TEXT_LEFT = '$d$o';
/** BigInts between the two are not looked at. */
export const SMALLEST = '$d$i';
export const GREATEST = '$d$j';
/** How far a BigInt may be shifted to the left; to the right, where a negative distance goes to the left; a power. */
export const LEFT = '$d$lt';
export const RIGHT = '$d$rt';
export const POWER = '$d$pow';
/** The compartment's globalThis. */
export const GLOBAL = '$d$global';
/** Followed by a number: a global that may be missing. */
export const MAYBE_GLOBAL = '$d$g';
/** Answers a global by name, or throws the ReferenceError that reading a missing name throws. */
export const MISSING = '$d$missing';
/** Stands for `Function` where all it is asked for is the global object. */
export const RETURN_THIS = '$d$returnThis';
/** Makes the object that a tagged template hands to its tag. */
export const TEMPLATE = '$d$template';
/** Followed by a number: such an object; a token or constant of a generated module. */
export const TEMPLATE_OBJECT = '$d$t';
export const GENERATED = '$d$x';
/** Assigns `constructor` where a frozen one is inherited. */
export const SET_CONSTRUCTOR = '$d$own';
export const FREEZE = '$d$freeze';

/** What is counted at every function entry and loop head. */
export const CHECK = `if(--${FUEL}<0)${FUEL}=${REFILL}();`;
