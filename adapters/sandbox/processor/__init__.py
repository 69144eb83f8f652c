"""A payment processor to try things with: orders, kept methods, one more step, late settlement."""
