"""Payments: processors behind one protocol, and the cashier that drives an attempt through them."""
