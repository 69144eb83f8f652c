"""The street door: GraphQL over HTTP, its answers and refusals, and the probes."""
