"""What stands between a request and the graph: bounds on its shape, its cost and its number."""
