"""From what a request carries to the one viewer it speaks for."""
