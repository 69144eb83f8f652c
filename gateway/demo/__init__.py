"""The demo: a sandbox and a gateway beside each other, and a page that explains them."""
