// Package e2e holds the tests of the whole: the program as it is shipped, a real engine, a real HAProxy, an app
// under load.
//
// Each test deploys a recipe of a name of its own behind an edge of its own, and clears both away, also after a
// failure; so tests run beside each other, and beside whatever else the engine runs. What they need of a machine
// is an engine and an image of HAProxy.
package e2e
