"""Email to customers and locations, and the names of both, from ServiceTitan's export feeds."""
