// Package servicespec says what service of a Swarm a service of a compose file
// is, and what tells two such specifications apart.
//
// Where the file says something that `docker stack deploy` knows too, the
// specification is the one that it makes, so that a stack of its making can be
// taken over without a restart. It is pure: names stand in the place of ids, and
// what a Swarm cannot hold is in the table of package support and is refused
// before. What depends on values that the table cannot name is refused here.
package servicespec
