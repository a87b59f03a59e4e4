"""Small flows of engine calls in the place of routes that engines have no more. No I/O."""
