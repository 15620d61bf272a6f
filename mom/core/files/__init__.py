"""Files and notes on any thing: taken in behind a wall, seen by who may see the thing, never deleted."""
