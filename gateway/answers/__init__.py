"""The same thing asked by the same viewer: answered once, told again, or not even sent."""
