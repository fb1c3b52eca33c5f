// Package saved is the plan that is kept in a file: what was shown, and all that it takes to make it again.
//
// A saved plan is no list of commands to be trusted. It holds the recipe's sources and the plain inputs that they
// were evaluated with, so that whoever applies it plans once more, from the same recipe for the engine as it then
// stands, and carries out the result only if it is the plan that was saved. So what was edited in the file by
// somebody who also corrected its checksum is found out, and so is a world that moved; what stood in the world is
// kept beside, object by object and field by field, to say what did.
//
// No secret is in the file in any form from which it could be had. In a plan they are numbers already; values of
// sensitive variables, and all inputs in which a sensitive value stands, are left out with their digests, and are
// asked for again.
package saved
